package dev.cria.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cria.core.Engine;
import dev.cria.core.autograd.Scalar;
import dev.cria.core.autograd.Tape;
import dev.cria.core.data.RaggedBatch;
import dev.cria.core.ops.Precision;
import dev.cria.core.ops.Segments;
import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.cpu.CpuOps;
import dev.cria.core.optim.AdamW;
import dev.cria.core.optim.OptimizerConfig;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Training twice gives the same weights: to the bit on as many threads, to rounding on others. */
class ReproducibilityTest {
    private static final int STEPS = 8;
    private static final int[] LENGTHS = {100, 1, 37, 128, 128};

    @ParameterizedTest
    @EnumSource
    void theSameThreadsGiveTheSameBits(Precision precision) {
        int threads = Math.min(2, Runtime.getRuntime().availableProcessors());
        assertThat(weightsAfterTraining(threads, precision)).isEqualTo(weightsAfterTraining(threads, precision));
    }

    /** AdamW divides gradients by their size, so that the rounding of tiny ones shows: single weights may differ more than the mean. */
    @Test
    void anotherNumberOfThreadsGivesTheSameButForRounding() {
        assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "one core: no other number of threads");
        float[] one = weightsAfterTraining(1, Precision.FP32);
        float[] two = weightsAfterTraining(2, Precision.FP32);
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += Math.abs(one[i] - two[i]);
        }
        assertThat(sum / one.length).isCloseTo(0, within(1e-5));
    }

    private static float[] weightsAfterTraining(int threads, Precision precision) {
        try (Engine engine = Engine.of(new CpuOps(threads, precision));
                Llama model = TinyModels.llama(engine, 1);
                AdamW optimizer = new AdamW(engine.ops(), model.parameters(), OptimizerConfig.defaults())) {
            RaggedBatch batch = batch(model.config().vocabSize());
            for (int i = 0; i < STEPS; i++) {
                optimizer.zeroGradients();
                try (Tape tape = engine.recording()) {
                    Scalar loss = model.loss(tape, batch);
                    tape.backward(loss);
                }
                optimizer.step(1e-3, optimizer.gradientNorm());
            }
            Tensor values = model.parameters().values();
            float[] weights = new float[Math.toIntExact(values.length())];
            engine.ops().download(weights, 0, values, weights.length);
            return weights;
        }
    }

    private static RaggedBatch batch(int vocab) {
        SplittableRandom random = new SplittableRandom(2);
        Segments segments = Segments.ofLengths(LENGTHS);
        int tokens = 0;
        for (int length : LENGTHS) {
            tokens += length;
        }
        return new RaggedBatch(
                random.ints(tokens, 0, vocab).toArray(),
                random.ints(tokens, 0, vocab).toArray(),
                segments);
    }
}
