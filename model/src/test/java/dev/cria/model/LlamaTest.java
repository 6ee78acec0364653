package dev.cria.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cria.core.Engine;
import dev.cria.core.autograd.Scalar;
import dev.cria.core.autograd.Tape;
import dev.cria.core.data.RaggedBatch;
import dev.cria.core.ops.Tensor;
import dev.cria.core.optim.AdamW;
import dev.cria.core.optim.OptimizerConfig;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

class LlamaTest {
    private final Engine engine = Engine.reference(DataType.FLOAT);
    private final RaggedBatch batch = RaggedBatch.nextToken(
            IntStream.range(0, 20).map(i -> i % 5).toArray(),
            IntStream.range(0, 9).map(i -> 100 - i).toArray());

    @AfterEach
    void closeEngine() {
        engine.close();
    }

    @Test
    void untrainedModelIsAsGoodAsGuessing() {
        try (Llama model = TinyModels.llama(engine, 1);
                Tape tape = engine.inference()) {
            double loss = model.loss(tape, batch).value();
            assertThat(loss).isBetween(Math.log(258) - 0.2, Math.log(258) + 0.2);
        }
    }

    @Test
    void learnsTwoSequencesByHeart() {
        try (Llama model = TinyModels.llama(engine, 1);
                AdamW optimizer = new AdamW(engine.ops(), model.parameters(), OptimizerConfig.defaults())) {
            double last = Double.NaN;
            for (int step = 0; step < 60; step++) {
                optimizer.zeroGradients();
                try (Tape tape = engine.recording()) {
                    Scalar loss = model.loss(tape, batch);
                    tape.backward(loss);
                    last = loss.value();
                }
                optimizer.step(1e-2, optimizer.gradientNorm());
            }
            assertThat(last).isLessThan(0.1);
        }
    }

    @Test
    void savedModelLoadsAndComputesTheSame(@TempDir Path directory) {
        double saved;
        try (Llama model = TinyModels.llama(engine, 7);
                Tape tape = engine.inference()) {
            saved = model.loss(tape, batch).value();
            model.save(directory);
        }
        try (Llama loaded = Llama.loadForInference(engine, directory);
                Tape tape = engine.inference()) {
            assertThat(loaded.config()).isEqualTo(TinyModels.config());
            assertThat(loaded.loss(tape, batch).value()).isEqualTo(saved);
        }
    }

    /** Single tokens predict nothing, and a way back through nothing changes no weight. */
    @ParameterizedTest
    @ValueSource(strings = {"reference", "default"})
    void sequencesWithoutTargetsHaveProbabilityOne(String kernels) {
        try (Engine either = kernels.equals("reference") ? Engine.reference(DataType.FLOAT) : Engine.create();
                Llama model = TinyModels.llama(either, 1);
                Tape tape = either.recording()) {
            RaggedBatch single = RaggedBatch.nextToken(new int[] {3}, new int[] {4});
            Tensor logProbs = model.sequenceLogProbs(tape, single);
            assertThat(tape.read(logProbs)).containsExactly(0, 0);
            assertThat(tape.read(tape.gather(logProbs))).isEmpty();
            model.parameters().clearGradients(either.ops());
            tape.backward(tape.sum(logProbs));
            assertThat(either.ops().squaredNorm(model.parameters().gradients())).isZero();
        }
    }
}
