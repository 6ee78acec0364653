package dev.cria.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cria.core.Engine;
import dev.cria.core.autograd.Scalar;
import dev.cria.core.autograd.Tape;
import dev.cria.core.data.RaggedBatch;
import dev.cria.core.ops.HostTransfers.Counts;
import dev.cria.core.ops.ReferenceOps;
import dev.cria.core.optim.AdamW;
import dev.cria.core.optim.OptimizerConfig;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

/** What crosses between host and device: the batch up, scalars down. Counted alike on every backend. */
@Tag("cuda")
class HostTransferTest {
    private final ReferenceOps ops = new ReferenceOps(DataType.FLOAT);
    private final Engine engine = Engine.of(ops);
    private final Llama model = TinyModels.llama(engine, 1);

    @AfterEach
    void close() {
        model.close();
        engine.close();
    }

    /** Documents of the given lengths, other tokens for every seed. */
    private static RaggedBatch batch(int seed, int... lengths) {
        return RaggedBatch.nextToken(Arrays.stream(lengths)
                .mapToObj(n ->
                        IntStream.range(0, n).map(i -> (seed + 7 * i) % 256).toArray())
                .toArray(int[][]::new));
    }

    @Test
    void aTrainingStepSendsItsTokensAndFetchesTwoScalars() {
        try (AdamW optimizer = new AdamW(ops, model.parameters(), OptimizerConfig.defaults())) {
            step(optimizer, batch(1, 20, 33)); // sends the rotary table
            Counts before = ops.transfers().counts();
            RaggedBatch batch = batch(2, 40, 12, 5);
            step(optimizer, batch);
            Counts step = ops.transfers().counts().since(before);
            // ids, positions, the rows that have a target, and the targets
            assertThat(step.uploads()).isLessThanOrEqualTo(4);
            assertThat(step.uploadedElements()).isLessThanOrEqualTo(4L * batch.tokenCount());
            // the loss and the gradients' norm
            assertThat(step.downloads()).isEqualTo(2);
            assertThat(step.downloadedElements()).isEqualTo(2);
        }
    }

    private void step(AdamW optimizer, RaggedBatch batch) {
        optimizer.zeroGradients();
        try (Tape tape = engine.recording()) {
            Scalar loss = model.loss(tape, batch);
            tape.backward(loss);
        }
        optimizer.step(1e-3, optimizer.gradientNorm());
    }

    @Test
    void aDecodeStepSendsItsTokensAndFetchesTheirDistributions() {
        try (LlamaDecoder decoder = new LlamaDecoder(model)) {
            List<CachedSequence> sequences = List.of(decoder.newSequence(), decoder.newSequence());
            NextTokens next = new NextTokens(model.config().vocabSize());
            float[] temperatures = {1, 0.5f};
            decoder.append(sequences, List.of(new int[] {1, 2, 3}, new int[] {4}), temperatures, next);
            Counts before = ops.transfers().counts();
            decoder.append(sequences, List.of(new int[] {5}, new int[] {6}), temperatures, next);
            Counts step = ops.transfers().counts().since(before);
            // ids, positions, rows of the scores, temperatures: one number for each sequence
            assertThat(step.uploads()).isLessThanOrEqualTo(4);
            assertThat(step.uploadedElements()).isLessThanOrEqualTo(4L * 2);
            // weights and two normalisers for each sequence
            assertThat(step.downloads()).isEqualTo(2);
            assertThat(step.downloadedElements()).isEqualTo(2L * (model.config().vocabSize() + 2));
        }
    }
}
