package dev.cria.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.cria.core.Engine;
import dev.cria.core.autograd.Parameters;
import dev.cria.core.autograd.Scalar;
import dev.cria.core.autograd.Tape;
import dev.cria.core.data.BatchSource;
import dev.cria.core.data.RaggedBatch;
import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.cpu.CpuOps;
import dev.cria.core.optim.OptimizerConfig;
import dev.cria.core.random.CounterRandom;
import dev.cria.core.train.EvaluationConfig;
import dev.cria.core.train.Loss;
import dev.cria.core.train.TrainingConfig;
import dev.cria.core.train.TrainingLoop;
import dev.cria.core.train.TrainingSetup;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

/** A ragged batch computes what its documents compute one by one. */
class PackingTest {
    private static final long SEED = 13;
    private static final double ROUNDING = 1e-5; // float sums in another order, relative to the largest number

    private static int[] document(int index, int length) {
        CounterRandom random = CounterRandom.of(SEED, "document", index);
        return IntStream.range(0, length)
                .map(t -> (int) random.below(t, TinyModels.config().vocabSize()))
                .toArray();
    }

    private static int[][] documents(int... lengths) {
        return IntStream.range(0, lengths.length)
                .mapToObj(i -> document(i, lengths[i]))
                .toArray(int[][]::new);
    }

    private static Engine engine(String kernels) {
        return kernels.equals("cpu") ? Engine.of(CpuOps.create()) : Engine.reference(DataType.FLOAT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"reference", "cpu"})
    void oneBatchEqualsItsDocumentsOneByOne(String kernels) {
        int[][] documents = documents(2, 1, 33, 8, 40, 3);
        RaggedBatch packed = RaggedBatch.nextToken(documents);
        try (Engine engine = engine(kernels);
                Llama model = TinyModels.llama(engine, SEED)) {
            double together = differentiate(model, packed, 1);
            float[] gradients = gradients(model);
            engine.ops().fill(model.parameters().gradients(), 0);
            double oneByOne = 0;
            for (int[] document : documents) {
                RaggedBatch alone = RaggedBatch.nextToken(document);
                if (alone.targetCount() > 0) {
                    double share = (double) alone.targetCount() / packed.targetCount();
                    oneByOne += share * differentiate(model, alone, share);
                }
            }
            assertThat(oneByOne).isCloseTo(together, within(ROUNDING * together));
            assertClose(gradients(model), gradients);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"reference", "cpu"})
    void aDocumentDoesNotFeelItsNeighbours(String kernels) {
        int[] document = document(9, 21);
        try (Engine engine = engine(kernels);
                Llama model = TinyModels.llama(engine, SEED)) {
            TokenScorer scorer = new TokenScorer(model);
            float[] alone = scorer.score(List.of(document)).get(0);
            for (int trial = 0; trial < 3; trial++) {
                int[] before = document(20 + trial, 1 + 16 * trial);
                int[] after = document(30 + trial, 50 - 16 * trial);
                assertClose(scorer.score(List.of(before, document, after)).get(1), alone);
            }
        }
    }

    @Test
    void accumulationOfOneRowTimes32EqualsOneBatchOf32() {
        int[][] rows = documents(IntStream.range(0, 32).map(i -> 2 + i * 5 % 17).toArray());
        RaggedBatch[] single =
                Arrays.stream(rows).map(row -> RaggedBatch.nextToken(row)).toArray(RaggedBatch[]::new);
        assertClose(trainedWeights(32, single), trainedWeights(1, RaggedBatch.nextToken(rows)));
    }

    /** Weights after two steps of the training loop over the same batches. */
    private static float[] trainedWeights(int accumulation, RaggedBatch... batches) {
        try (Engine engine = engine("cpu");
                Llama model = TinyModels.llama(engine, SEED)) {
            new TrainingLoop<>(new TrainingSetup<>(
                            "test",
                            model,
                            (tape, batch) -> Loss.of(model.loss(tape, batch)),
                            cycle(batches),
                            null,
                            new TrainingConfig(2, SEED, accumulation, false),
                            OptimizerConfig.defaults().withLearningRate(1e-3).withWarmupSteps(0),
                            new EvaluationConfig(0),
                            null,
                            NullNode.getInstance(),
                            List.of()))
                    .run();
            Parameters parameters = model.parameters();
            return host(model, parameters.trained());
        }
    }

    private static BatchSource<RaggedBatch> cycle(RaggedBatch... batches) {
        return new BatchSource<>() {
            private int at;

            @Override
            public RaggedBatch next() {
                return batches[at++ % batches.length];
            }

            @Override
            public JsonNode cursor() {
                return NullNode.getInstance();
            }

            @Override
            public void restore(JsonNode cursor) {
                throw new UnsupportedOperationException();
            }
        };
    }

    private static double differentiate(Llama model, RaggedBatch batch, double share) {
        try (Tape tape = model.engine().tape(Tape.Mode.RECORDING, share)) {
            Scalar loss = model.loss(tape, batch);
            tape.backward(loss);
            return loss.value();
        }
    }

    private static float[] gradients(Llama model) {
        return host(model, model.parameters().gradients());
    }

    private static float[] host(Llama model, Tensor tensor) {
        float[] values = new float[(int) tensor.length()];
        model.engine().ops().download(values, 0, tensor, values.length);
        return values;
    }

    private static void assertClose(float[] actual, float[] expected) {
        float largest = 0;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        assertThat(actual).containsExactly(expected, within((float) ROUNDING * largest));
    }
}
