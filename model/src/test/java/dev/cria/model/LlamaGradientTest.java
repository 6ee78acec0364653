package dev.cria.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cria.core.Engine;
import dev.cria.core.autograd.GradientCheck;
import dev.cria.core.autograd.Tape;
import dev.cria.core.data.RaggedBatch;
import dev.cria.core.ops.Segments;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The whole model against central differences in double: every weight tensor, at some of its elements. */
class LlamaGradientTest {
    private static final Logger LOG = LoggerFactory.getLogger(LlamaGradientTest.class);
    private static final double TOLERANCE = 1e-6;
    private static final long SEED = 77;
    private static final int SAMPLES = 2; // elements per weight tensor
    private static final int VOCAB = 23;

    private static double largest;

    @AfterAll
    static void report() {
        LOG.info("largest error of a model's gradient: {}", largest);
    }

    @ParameterizedTest(name = "4 heads on {0} of size {1}, tied {2}, {3}")
    @CsvSource({
        "1, 6, true, RECORDING",
        "2, 10, false, CHECKPOINTING",
        "4, 2, true, CHECKPOINTING",
        "4, 18, false, RECORDING"
    })
    void everyWeight(int kvHeads, int headDim, boolean tied, Tape.Mode mode) {
        Segments ragged = Segments.ofLengths(1, 2, 7, 33);
        check(config(kvHeads, headDim, tied), ragged, mode);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"RECORDING", "CHECKPOINTING"})
    void everyWeightWithSharedPrefixes(Tape.Mode mode) {
        int[] prefixes = {Segments.NO_PREFIX, 0, 0, 1, Segments.NO_PREFIX};
        Segments shared = Segments.withPrefixes(new int[] {7, 3, 1, 2, 5}, prefixes);
        check(config(2, 6, true), shared, mode);
    }

    private static LlamaConfig config(int kvHeads, int headDim, boolean tied) {
        return new LlamaConfig(VOCAB, 12, 17, 2, 4, kvHeads, headDim, 64, 1e-5, 10000, tied, 0.3, -1, -1);
    }

    private static void check(LlamaConfig config, Segments segments, Tape.Mode mode) {
        int[] tokens =
                IntStream.range(0, segments.tokens()).map(t -> 7 * t % VOCAB).toArray();
        int[] targets = // every third position has none
                IntStream.range(0, segments.tokens())
                        .map(t -> t % 3 == 2 ? RaggedBatch.NO_TARGET : 5 * t % VOCAB)
                        .toArray();
        RaggedBatch batch = new RaggedBatch(tokens, targets, segments);
        try (Engine engine = Engine.reference(DataType.DOUBLE);
                Llama model = Llama.random(engine, config, SEED)) {
            GradientCheck check = new GradientCheck(engine.ops(), engine.arena(), SAMPLES, SEED);
            GradientCheck.Worst worst = check.of(model.parameters().all(), mode, tape -> model.loss(tape, batch));
            largest = Math.max(largest, worst.error());
            assertThat(worst.error()).as("%s, seed %d", worst, SEED).isLessThan(TOLERANCE);
        }
    }
}
