package dev.cria.core.autograd;

import static dev.cria.core.autograd.Weights.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cria.core.Engine;
import dev.cria.core.ops.RotaryTable;
import dev.cria.core.ops.Segments;
import dev.cria.core.ops.Tensor;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every operation of the tape against central differences in double. The input is a table of rows that the tape reads
 * through {@code embedding}, the loss a cross entropy, so that all gradients end in weights.
 */
@Tag("cuda")
class TapeGradientTest {
    private static final Logger LOG = LoggerFactory.getLogger(TapeGradientTest.class);
    private static final double TOLERANCE = 1e-6; // measured: 2e-8 and less
    private static final long SEED = 20230718;
    private static final int SAMPLES = 8; // elements per weight
    private static final int VOCAB = 11;
    private static final Segments RAGGED = Segments.ofLengths(1, 2, 7, 33);
    private static final int TOKENS = RAGGED.tokens();
    private static final int[] ROWS = IntStream.range(0, TOKENS).toArray();
    private static final int[] TARGETS =
            IntStream.range(0, TOKENS).map(t -> (5 * t + 3) % VOCAB).toArray();

    private static double largest;

    private final Engine engine = Engine.reference(DataType.DOUBLE);

    @AfterEach
    void close() {
        engine.close();
    }

    @AfterAll
    static void report() {
        LOG.info("largest error of an operation's gradient: {}", largest);
    }

    /** Checks the operation's result, read by an LM head of the given width. */
    private void check(int width, BiFunction<Tape, Weights, Tensor> operation, Parameters.Spec... specs) {
        Parameters.Spec[] all = new Parameters.Spec[specs.length + 1];
        System.arraycopy(specs, 0, all, 0, specs.length);
        all[specs.length] = spec("head", VOCAB, width);
        try (Weights w = new Weights(engine, SEED, all)) {
            check(w, Tape.Mode.RECORDING, tape -> {
                Tensor y = operation.apply(tape, w);
                return tape.linearCrossEntropy(
                        y, w.get("head"), IntStream.of(TARGETS).limit(y.rows()).toArray());
            });
        }
    }

    private void check(Weights w, Tape.Mode mode, Function<Tape, Scalar> loss) {
        GradientCheck check = new GradientCheck(engine.ops(), engine.arena(), SAMPLES, SEED);
        GradientCheck.Worst worst = check.of(w.all().all(), mode, loss);
        largest = Math.max(largest, worst.error());
        assertThat(worst.error()).as("%s, seed %d", worst, SEED).isLessThan(TOLERANCE);
    }

    private static Tensor rows(Tape tape, Weights w, String table) {
        return tape.embedding(w.get(table), ROWS);
    }

    @Test
    void embeddingSumsRepeatedTokens() {
        int[] repeated = {4, 0, 4, 2, 4, 0};
        check(6, (tape, w) -> tape.embedding(w.get("x"), repeated), spec("x", 5, 6));
    }

    @Test
    void linear() {
        check(7, (tape, w) -> tape.linear(rows(tape, w, "x"), w.get("w")), spec("x", TOKENS, 5), spec("w", 7, 5));
    }

    @Test
    void linearAdd() {
        check(
                7,
                (tape, w) -> tape.linearAdd(rows(tape, w, "r"), rows(tape, w, "x"), w.get("w")),
                spec("r", TOKENS, 7),
                spec("x", TOKENS, 5),
                spec("w", 7, 5));
    }

    @Test
    void linearAddOfOneTensorToItself() {
        check(
                5,
                (tape, w) -> {
                    Tensor x = rows(tape, w, "x");
                    return tape.linearAdd(x, x, w.get("w"));
                },
                spec("x", TOKENS, 5),
                spec("w", 5, 5));
    }

    @Test
    void addOfTwoTensorsAndOfOneTwice() {
        check(
                5,
                (tape, w) -> {
                    Tensor sum = tape.add(rows(tape, w, "a"), rows(tape, w, "b"));
                    return tape.add(sum, sum);
                },
                spec("a", TOKENS, 5),
                spec("b", TOKENS, 5));
    }

    @ParameterizedTest
    @CsvSource({"1e-5, 43", "0.3, 43", "1e-6, 1"})
    void rmsNorm(double eps, int tokens) {
        check(
                6,
                (tape, w) -> tape.rmsNorm(
                        tape.embedding(w.get("x"), IntStream.range(0, tokens).toArray()), w.get("gain"), eps),
                spec("x", TOKENS, 6),
                spec("gain", 6));
    }

    @ParameterizedTest
    @CsvSource({"2, 1, 10000", "6, 3, 10000", "10, 2, 500000"})
    void rotary(int headDim, int heads, double theta) {
        RotaryTable table = new RotaryTable(headDim, theta, 64);
        check(
                headDim * heads,
                (tape, w) -> tape.rotary(rows(tape, w, "x"), table, RAGGED),
                spec("x", TOKENS, headDim * heads));
        check(
                headDim * heads,
                (tape, w) -> tape.rotaryInPlace(rows(tape, w, "x"), table, RAGGED.positions()),
                spec("x", TOKENS, headDim * heads));
    }

    @ParameterizedTest(name = "{0} heads on {1} of size {2}")
    @CsvSource({"4, 1, 6", "4, 2, 10", "4, 4, 2", "3, 3, 18", "1, 1, 16"})
    void causalAttention(int heads, int kvHeads, int headDim) {
        checkAttention(heads, kvHeads, headDim, RAGGED);
    }

    @ParameterizedTest(name = "{0} heads on {1} of size {2}")
    @CsvSource({"4, 1, 6", "4, 2, 10", "2, 2, 2"})
    void causalAttentionWithSharedPrefixes(int heads, int kvHeads, int headDim) {
        int[] lengths = {7, 2, 1, 3, 12, 18};
        int[] prefixes = {Segments.NO_PREFIX, 0, 0, 1, Segments.NO_PREFIX, 4};
        checkAttention(heads, kvHeads, headDim, Segments.withPrefixes(lengths, prefixes));
    }

    private void checkAttention(int heads, int kvHeads, int headDim, Segments segments) {
        check(
                heads * headDim,
                (tape, w) -> tape.causalAttention(
                        rows(tape, w, "q"), rows(tape, w, "k"), rows(tape, w, "v"), headDim, segments),
                spec("q", TOKENS, heads * headDim),
                spec("k", TOKENS, kvHeads * headDim),
                spec("v", TOKENS, kvHeads * headDim));
    }

    @Test
    void swiGluLinearAdd() {
        check(
                5,
                (tape, w) -> tape.swiGluLinearAdd(
                        rows(tape, w, "r"), rows(tape, w, "gate"), rows(tape, w, "up"), w.get("w")),
                spec("r", TOKENS, 5),
                spec("gate", TOKENS, 9),
                spec("up", TOKENS, 9),
                spec("w", 5, 9));
    }

    @Test
    void normLinearWithSeveralWeightsOfWhichOneIsNotRead() {
        check(
                7,
                (tape, w) -> {
                    Tensor x = rows(tape, w, "x");
                    List<Tensor> ys = tape.normLinear(x, w.get("gain"), 0.3, w.get("a"), w.get("b"), w.get("a"));
                    return tape.add(ys.get(0), ys.get(1));
                },
                spec("x", TOKENS, 6),
                spec("gain", 6),
                spec("a", 7, 6),
                spec("b", 7, 6));
    }

    @Test
    void gatherRowsNextToAnotherUseOfTheSameRows() {
        int[] chosen = {42, 0, 17, 5};
        check(
                5,
                (tape, w) -> {
                    Tensor x = rows(tape, w, "x");
                    return tape.add(tape.gatherRows(x, chosen), tape.gatherRows(x, new int[] {1, 0, 2, 3}));
                },
                spec("x", TOKENS, 5));
    }

    @Test
    void linearCrossEntropyOverSeveralChunksOfRows() {
        int rows = 300; // the reference takes 256 at a time
        int[] all = IntStream.range(0, rows).toArray();
        int[] targets = IntStream.range(0, rows).map(t -> t % VOCAB).toArray();
        try (Weights w = new Weights(engine, SEED, spec("x", rows, 4), spec("head", VOCAB, 4))) {
            check(
                    w,
                    Tape.Mode.RECORDING,
                    tape -> tape.linearCrossEntropy(tape.embedding(w.get("x"), all), w.get("head"), targets));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Tape.Mode.class,
            names = {"RECORDING", "CHECKPOINTING"})
    void blockNestedAndItsInputReadAgain(Tape.Mode mode) {
        try (Weights w = new Weights(
                engine, SEED, spec("x", TOKENS, 6), spec("w", 6, 6), spec("gain", 6), spec("head", VOCAB, 6))) {
            check(w, mode, tape -> {
                Tensor x = rows(tape, w, "x");
                Tensor y = tape.block(
                        x,
                        List.of(),
                        (t, h) -> t.block(
                                t.linearAdd(h, h, w.get("w")),
                                List.of(),
                                (inner, g) -> inner.mul(inner.rmsNorm(g, w.get("gain"), 1e-5), g)));
                return tape.linearCrossEntropy(tape.add(y, x), w.get("head"), TARGETS);
            });
        }
    }
}
