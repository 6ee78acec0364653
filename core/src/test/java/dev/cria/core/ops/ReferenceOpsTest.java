package dev.cria.core.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.cria.core.ops.TensorOps.Gradient;
import dev.cria.core.random.CounterRandom;
import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;

/** Forward results of the reference kernels against plain loops; their gradients are held to finite differences. */
@Tag("cuda")
class ReferenceOpsTest {
    private static final double ROUNDING = 1e-12; // double
    private static final double ANGLES = 1e-5; // rotary tables are rounded to float: 6e-8 times positions below 64
    private static final long SEED = 42;

    private final ReferenceOps ops = new ReferenceOps(DataType.DOUBLE);
    private final Arena arena = new Arena(DataType.DOUBLE);
    private int drawn;

    @AfterEach
    void close() {
        arena.close();
    }

    private Tensor random(int... shape) {
        Tensor x = arena.allocate(Arrays.stream(shape).asLongStream().toArray());
        CounterRandom random = CounterRandom.of(SEED, "test", drawn++);
        float[] values = new float[(int) x.length()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.gaussian(i);
        }
        ops.upload(x, values, 0, values.length);
        return x;
    }

    private static double[][] matrix(Tensor x) {
        return x.array().toDoubleMatrix();
    }

    private static double[] vector(Tensor x) {
        return x.array().dup().toDoubleVector();
    }

    private static void assertClose(Tensor actual, double[][] expected, double tolerance) {
        double[][] rows = matrix(actual);
        assertThat(rows).hasDimensions(expected.length, expected[0].length);
        for (int t = 0; t < expected.length; t++) {
            assertThat(rows[t]).as("row %d", t).containsExactly(expected[t], within(tolerance));
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "5, 3, 7", "1, 16, 4", "33, 2, 1"})
    void linearWritesOrAdds(int rows, int in, int out) {
        Tensor x = random(rows, in);
        Tensor weight = random(out, in);
        Tensor y = random(rows, out);
        double[][] expected = PlainLoops.linear(matrix(x), matrix(weight));
        ops.linear(y, x, weight, false);
        assertClose(y, expected, ROUNDING);
        ops.linear(y, x, weight, true);
        for (double[] row : expected) {
            Arrays.setAll(row, i -> 2 * row[i]);
        }
        assertClose(y, expected, ROUNDING);
    }

    @ParameterizedTest
    @CsvSource({"1, 6, 1e-5", "7, 5, 0.5", "3, 1, 1e-6"})
    void rmsNorm(int rows, int width, double eps) {
        Tensor x = random(rows, width);
        Tensor gain = random(width);
        Tensor y = arena.allocate(rows, width);
        ops.rmsNorm(y, arena.allocate(rows), x, gain, eps);
        assertClose(y, PlainLoops.rmsNorm(matrix(x), vector(gain), eps), ROUNDING);
    }

    @ParameterizedTest
    @CsvSource({"2, 3, 10000", "10, 1, 500000", "16, 2, 10000"})
    void rotaryAndBack(int headDim, int heads, double theta) {
        Segments segments = Segments.ofLengths(1, 33, 2);
        Tensor x = random(segments.tokens(), headDim * heads);
        double[][] before = matrix(x);
        RotaryTable table = new RotaryTable(headDim, theta, 33);
        ops.rotary(x, x, table, segments.positions(), false);
        assertClose(x, PlainLoops.rotary(before, headDim, theta, segments.positions()), ANGLES);
        ops.rotary(x, x, table, segments.positions(), true);
        assertClose(x, before, 1e-6); // cos² + sin² of rounded numbers is not quite 1
    }

    @ParameterizedTest
    @CsvSource({"4, 1, 6", "4, 2, 10", "3, 3, 18", "1, 1, 2"})
    void causalAttentionWithAndWithoutPrefixes(int heads, int kvHeads, int headDim) {
        int[] lengths = {1, 7, 2, 33, 3, 2};
        int[] prefixes = {-1, -1, 1, -1, 2, 1}; // 4 goes on from 2, which goes on from 1
        int[] segmentOf = IntStream.range(0, lengths.length)
                .flatMap(s -> IntStream.generate(() -> s).limit(lengths[s]))
                .toArray();
        int tokens = segmentOf.length;
        Tensor q = random(tokens, heads * headDim);
        Tensor k = random(tokens, kvHeads * headDim);
        Tensor v = random(tokens, kvHeads * headDim);
        Tensor y = arena.allocate(q.shape());
        ops.causalAttention(
                y, arena.allocate(tokens, heads), q, k, v, headDim, Segments.withPrefixes(lengths, prefixes));
        assertClose(
                y, PlainLoops.causalAttention(matrix(q), matrix(k), matrix(v), headDim, segmentOf, prefixes), ROUNDING);
    }

    @Test
    void attentionSurvivesScoresThatOverflowTheExponential() {
        Tensor q = random(3, 4);
        ops.addScaled(q, q, 1e4);
        Tensor y = arena.allocate(3, 4);
        ops.causalAttention(y, arena.allocate(3, 1), q, q, random(3, 4), 4, Segments.ofLengths(3));
        assertThat(DoubleStream.of(vector(y.reshape(12)))).allMatch(Double::isFinite);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "5, 7", "33, 2"})
    void logSumExp(int rows, int columns) {
        Tensor x = random(rows, columns);
        Tensor y = arena.allocate(rows);
        ops.logSumExp(y, x);
        double[] expected = Arrays.stream(matrix(x))
                .mapToDouble(row -> Math.log(Arrays.stream(row).map(Math::exp).sum()))
                .toArray();
        assertThat(vector(y)).containsExactly(expected, within(ROUNDING));
    }

    @Test
    void logSumExpOfNumbersThatOverflowTheExponential() {
        Tensor x = arena.allocate(1, 3);
        ops.fill(x, 1e4);
        Tensor y = arena.allocate(1);
        ops.logSumExp(y, x);
        assertThat(vector(y)[0]).isCloseTo(1e4 + Math.log(3), within(1e-9));
    }

    @Test
    void swiGlu() {
        Tensor gate = random(5, 7);
        Tensor up = random(5, 7);
        Tensor y = arena.allocate(5, 7);
        ops.swiGlu(y, gate, up);
        assertClose(y, PlainLoops.swiGlu(matrix(gate), matrix(up)), ROUNDING);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "9, 5", "300, 3"})
    void lossesAndLogProbs(int rows, int vocab) {
        Tensor hidden = random(rows, 4);
        Tensor weight = random(vocab, 4);
        int[] targets = IntStream.range(0, rows).map(t -> t % vocab).toArray();
        double[] expected = PlainLoops.logProbs(matrix(hidden), matrix(weight), targets);
        Tensor logProbs = arena.allocate(rows);
        ops.tokenLogProbs(logProbs, hidden, weight, targets, arena);
        assertThat(vector(logProbs)).containsExactly(expected, within(ROUNDING));
        double loss = ops.linearCrossEntropy(null, null, hidden, weight, targets, 1, arena);
        assertThat(loss).isCloseTo(-Arrays.stream(expected).sum(), within(1e-10));
    }

    /** d(log p(target)) / d(logit) = 1 at the target - softmax; the upstream gradient differs per row. */
    @Test
    void logProbGradientsFollowTheFormula() {
        Tensor hidden = random(6, 3);
        Tensor weight = random(5, 3);
        Tensor upstream = random(6);
        int[] targets = {4, 0, 1, 4, 3, 2};
        Tensor dHidden = arena.allocate(6, 3);
        Tensor dWeight = arena.allocate(5, 3);
        ops.fill(dWeight, 1); // is added to
        ops.tokenLogProbsBackward(dHidden, new Gradient(dWeight, true), upstream, hidden, weight, targets, arena);
        double[][] expectedHidden = new double[6][3];
        double[][] expectedWeight = new double[5][3];
        Arrays.stream(expectedWeight).forEach(row -> Arrays.fill(row, 1));
        for (int t = 0; t < 6; t++) {
            for (int id = 0; id < 5; id++) {
                int row = t;
                double p = Math.exp(
                        PlainLoops.logProbs(new double[][] {matrix(hidden)[row]}, matrix(weight), new int[] {id})[0]);
                double slope = vector(upstream)[t] * ((id == targets[t] ? 1 : 0) - p);
                for (int i = 0; i < 3; i++) {
                    expectedHidden[t][i] += slope * matrix(weight)[id][i];
                    expectedWeight[id][i] += slope * matrix(hidden)[t][i];
                }
            }
        }
        assertClose(dHidden, expectedHidden, ROUNDING);
        assertClose(dWeight, expectedWeight, ROUNDING);
    }

    @Test
    void embeddingAndRowSelection() {
        Tensor table = random(5, 3);
        Tensor y = arena.allocate(4, 3);
        int[] rows = {4, 0, 3, 1};
        double[][] expected = IntStream.of(rows).mapToObj(r -> matrix(table)[r]).toArray(double[][]::new);
        ops.embedding(y, table, rows);
        assertClose(y, expected, 0);
        ops.gatherRows(y, table, rows);
        assertClose(y, expected, 0);
    }

    /** Wherever the tensor lies: views of ND4J's own making are empty at some places. */
    @Test
    void scatterRowsReachesEveryRow() {
        for (int at = 0; at < 5; at++) {
            Tensor dx = arena.allocate(8, 4);
            ops.fill(dx, 1);
            ops.scatterRows(dx, random(8, 4), new int[] {7, 6, 5, 4, 3, 2, 1, 0});
            assertThat(dx.array().eq(1).castTo(DataType.DOUBLE).sumNumber().intValue())
                    .isZero();
        }
    }

    @Test
    void hostCopiesReachPartsOfTensors() {
        Tensor x = arena.allocate(2, 3);
        ops.fill(x, -1);
        ops.upload(x, new float[] {9, 1, 2, 3, 4, 9}, 1, 4);
        float[] out = new float[8];
        ops.download(out, 2, x, 5);
        assertThat(out).containsExactly(0, 0, 1, 2, 3, 4, -1, 0);
    }

    @Test
    void squaredNormOfFloatsIsSummedInDouble() {
        ReferenceOps floats = new ReferenceOps(DataType.FLOAT);
        try (Slab slab = Slab.allocate(DataType.FLOAT, 3_000_001)) { // several passes
            Tensor x = slab.tensor(0, 3_000_001);
            floats.fill(x, 0.1);
            double square = (double) 0.1f * 0.1f;
            assertThat(floats.squaredNorm(x)).isCloseTo(3_000_001 * square, within(1e-4)); // of 30,000
        }
    }

    @Test
    void refusesOtherTypes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ReferenceOps(DataType.BFLOAT16))
                .withMessageContaining("FLOAT or DOUBLE");
    }
}
