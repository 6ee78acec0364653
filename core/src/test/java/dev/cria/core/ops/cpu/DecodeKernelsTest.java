package dev.cria.core.ops.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cria.core.ops.Precision;
import dev.cria.core.ops.RowWeights;
import dev.cria.core.ops.Slab;
import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.cpu.OneDnnProduct.Factors;
import dev.cria.core.ops.cpu.Twins.Twin;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

/** The kernels of decoding against the reference in double, over random sizes; tolerances as in {@link CpuOpsTest}. */
class DecodeKernelsTest {
    private static final double ROUNDING = 5e-6;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void attentionOverACache(long seed) {
        try (Twins twins = new Twins(KernelProvider.best(), seed)) {
            int headDim = 2 * twins.size(1, 20);
            int kvHeads = twins.size(1, 3);
            int heads = kvHeads * twins.size(1, 3);
            int rows = twins.size(10, 200);
            int queries = twins.size(1, 12);
            Twin q = twins.random(queries, (long) heads * headDim);
            Twin keys = twins.random(rows, (long) kvHeads * headDim);
            Twin values = twins.random(rows, (long) kvHeads * headDim);
            Twin y = twins.garbage(queries, (long) heads * headDim);
            int[][] contexts = IntStream.range(0, queries)
                    .mapToObj(i -> new int[] {rows / 2, rows / 2 + twins.size(1, rows / 2), 0, twins.size(1, rows / 2)})
                    .toArray(int[][]::new);
            contexts[0] = new int[] {rows - 1, rows};
            twins.fast.cachedAttention(y.fast(), q.fast(), keys.fast(), values.fast(), headDim, contexts);
            twins.reference.cachedAttention(
                    y.reference(), q.reference(), keys.reference(), values.reference(), headDim, contexts);
            twins.assertSame("attention", y, ROUNDING);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void productsWithFewRows(long seed) {
        try (Twins twins = twins(seed)) {
            int rows = twins.size(1, 70);
            int in = twins.size(1, 300);
            int out = twins.size(1, 700);
            assertSameProduct(twins, rows, in, out);
        }
    }

    @ParameterizedTest(name = "{0} rows")
    @ValueSource(ints = {1, 2, 7, 8, 9})
    void productsAroundWholeStreamsAndVectors(int rows) {
        for (Supplier<Gemm> gemms : List.<Supplier<Gemm>>of(GemmProvider.of(Precision.FP32), OpenBlasGemm::new)) {
            try (Twins twins = new Twins(KernelProvider.best(), gemms, rows)) {
                for (int out : new int[] {1, 7, 8, 15, 16, 17, 256, 700}) {
                    assertSameProduct(twins, rows, 48, out);
                }
            }
        }
    }

    private static void assertSameProduct(Twins twins, int rows, int in, int out) {
        Twin x = twins.random(rows, in);
        Twin weight = twins.random(out, in);
        Twin y = twins.garbage(rows, out);
        twins.fast.linear(y.fast(), x.fast(), weight.fast(), false);
        twins.reference.linear(y.reference(), x.reference(), weight.reference(), false);
        twins.assertSame("product", y, ROUNDING);
        twins.fast.linear(y.fast(), x.fast(), weight.fast(), true);
        twins.reference.linear(y.reference(), x.reference(), weight.reference(), true);
        twins.assertSame("added product", y, ROUNDING);
    }

    @Test
    void oneDnnMultipliesInStreams() {
        assumeTrue(OneDnn.hasAvx2Alone(), "oneDNN multiplies in streams with AVX2 alone");
        OneDnnProduct.Key key =
                new OneDnnProduct.Key(Factors.FLOATS, false, false, 16, 256, 32, 288, 288, 32, 32, false);
        assertThat(OneDnnProduct.implementation(new OneDnn(), key)).startsWith("brg");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void productsOfOneInputWithSeveralWeights(long seed) {
        try (Twins twins = new Twins(KernelProvider.best(), seed)) {
            int rows = twins.size(1, 80);
            int in = twins.size(1, 400);
            Twin x = twins.random(rows, in);
            List<Twin> weights = IntStream.range(0, 3)
                    .mapToObj(i -> twins.random(twins.size(1, 500), in))
                    .toList();
            List<Twin> ys = weights.stream()
                    .map(w -> twins.garbage(rows, w.fast().rows()))
                    .toList();
            twins.fast.linear(
                    ys.stream().map(Twin::fast).toList(),
                    x.fast(),
                    weights.stream().map(Twin::fast).toList());
            twins.reference.linear(
                    ys.stream().map(Twin::reference).toList(),
                    x.reference(),
                    weights.stream().map(Twin::reference).toList());
            ys.forEach(y -> twins.assertSame("product", y, ROUNDING));
        }
    }

    @ParameterizedTest(name = "{0} rows, bfloat16 {1}")
    @CsvSource({
        "1, false",
        "5, false",
        "8, false",
        "33, false",
        "70, false",
        "300, false",
        "3, true",
        "20, true",
        "260, true"
    })
    void softmaxOfAProductAtATemperature(int rows, boolean narrow) {
        for (Supplier<Gemm> gemm : List.<Supplier<Gemm>>of(GemmProvider.of(Precision.FP32), OpenBlasGemm::new)) {
            try (Twins twins = new Twins(KernelProvider.best(), gemm, rows)) {
                softmaxOfAProduct(twins, rows, narrow);
            }
        }
    }

    private static void softmaxOfAProduct(Twins twins, int rows, boolean narrow) {
        int in = 2 * twins.size(1, 40);
        int columns = twins.size(1, 3000);
        Twin x = twins.random(rows, in);
        Twin weight = twins.random(columns, in);
        float[] temperatures = new float[rows];
        for (int r = 0; r < rows; r++) {
            temperatures[r] = r % 2 == 0 ? 1 : twins.size(2, 20) / 10f;
        }
        RowWeights fast = RowWeights.allocate(rows, columns);
        RowWeights reference = RowWeights.allocate(rows, columns);
        try (Slab slab = Slab.allocate(DataType.BFLOAT16, (long) columns * in)) {
            Tensor w = narrow ? slab.tensor(0, columns, in) : weight.fast();
            if (narrow) {
                float[] values = twins.values(weight);
                twins.fast.upload(w, values, 0, values.length);
                twins.fast.download(values, 0, w, values.length);
                twins.upload(weight, values);
            }
            twins.fast.linearSoftmax(fast, x.fast(), w, temperatures);
        }
        twins.reference.linearSoftmax(reference, x.reference(), weight.reference(), temperatures);
        assertSame(fast, reference, rows, narrow ? 2e-4 : 2e-5);
    }

    /**
     * Scores differ by some 1e-6 by the order of their sums, and by 1e-5 where x is two numbers of bfloat16; at a temperature of 0.2 the
     * weights then differ by five times as much.
     */
    private static void assertSame(RowWeights fast, RowWeights reference, int rows, double relative) {
        Percentage tolerance = withinPercentage(100 * relative);
        for (int i = 0; i < rows * fast.columns(); i++) {
            if (reference.weights()[i] > 1e-30) {
                assertThat(fast.weights()[i]).isCloseTo(reference.weights()[i], tolerance);
            } else {
                assertThat(fast.weights()[i]).isBetween(0f, 1.1e-30f);
            }
        }
        for (int i = 0; i < fast.blocks() * rows; i++) {
            if (reference.scales()[i] > 1e-30) {
                assertThat(fast.scales()[i]).isCloseTo(reference.scales()[i], tolerance);
                assertThat(fast.blockSums()[i]).isCloseTo(reference.blockSums()[i], tolerance);
            }
        }
        for (int i = 0; i < 2 * rows; i++) {
            assertThat(fast.logSumExps()[i]).isCloseTo(reference.logSumExps()[i], within(1e-4f));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void productsWithWeightsInBfloat16(long seed) {
        try (Twins twins = twins(seed)) {
            int rows = seed > 6 ? twins.size(100, 600) : twins.size(1, 40);
            int in = 2 * twins.size(1, 150);
            int out = twins.size(1, 400);
            Twin x = twins.random(rows, in);
            Twin y = twins.random(rows, out);
            Twin rounded = twins.random(out, in);
            try (Slab slab = Slab.allocate(DataType.BFLOAT16, (long) out * in)) {
                Tensor weight = slab.tensor(0, out, in);
                twins.fast.upload(weight, twins.values(rounded), 0, out * in);
                float[] values = new float[out * in];
                twins.fast.download(values, 0, weight, values.length);
                twins.upload(rounded, values);
                twins.fast.linear(y.fast(), x.fast(), weight, false);
                twins.reference.linear(y.reference(), x.reference(), rounded.reference(), false);
                twins.assertSame("product", y, ROUNDING);
                twins.fast.linear(y.fast(), x.fast(), weight, true);
                twins.reference.linear(y.reference(), x.reference(), rounded.reference(), true);
                twins.assertSame("added product", y, ROUNDING);
                Twin chosen = twins.garbage(3, in);
                int[] ids = twins.indices(3, out);
                twins.fast.embedding(chosen.fast(), weight, ids);
                twins.reference.embedding(chosen.reference(), rounded.reference(), ids);
                twins.assertSame("embedding", chosen, 0);
            }
        }
    }

    /** Each of the kernels, with each of the libraries: where oneDNN or AMX is missing, other products serve. */
    private static Twins twins(long seed) {
        Supplier<TileKernels> kernels = seed % 2 == 0 ? KernelProvider.best() : PlainKernels::new;
        Supplier<Gemm> gemms = seed % 4 < 2 ? OpenBlasGemm::new : GemmProvider.of(Precision.FP32);
        return new Twins(kernels, gemms, seed);
    }

    @Test
    void roundsToTheNearestBfloat16() {
        assertThat(Bf16.round(1f)).isEqualTo(0x3f80);
        assertThat(Bf16.round(Float.intBitsToFloat(0x3f808000))).isEqualTo(0x3f80); // a tie goes to even
        assertThat(Bf16.round(Float.intBitsToFloat(0x3f818000))).isEqualTo(0x3f82);
        assertThat(Bf16.round(Float.intBitsToFloat(0x3f808001))).isEqualTo(0x3f81);
        assertThat(Float.intBitsToFloat(Bf16.round(Float.NaN) << 16)).isNaN();
    }

    @Test
    void roundsPairsOfElementsThatLieApart() {
        for (TileKernels kernels : List.of(KernelProvider.best().get(), new PlainKernels())) {
            for (int length = 1; length <= 40; length++) {
                float[] x = new float[2 * length];
                for (int i = 0; i < x.length; i++) {
                    x[i] = (float) Math.sin(i + length);
                }
                float[] pairs = new float[length];
                kernels.roundPairs(pairs, x, length, length);
                for (int i = 0; i < length; i++) {
                    int expected = Bf16.round(x[i]) | Bf16.round(x[length + i]) << Bf16.BITS;
                    assertThat(Float.floatToRawIntBits(pairs[i]))
                            .as(kernels.describe())
                            .isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void puttingRows() {
        try (Twins twins = new Twins(KernelProvider.best(), 1)) {
            Twin x = twins.random(3, 17);
            Twin y = twins.random(9, 17);
            int[] rows = {8, 0, 4};
            twins.fast.putRows(y.fast(), x.fast(), rows);
            twins.reference.putRows(y.reference(), x.reference(), rows);
            twins.assertSame("rows", y, 0);
        }
    }

    @Test
    void refusesRowsOutsideTheCache() {
        try (Twins twins = new Twins(KernelProvider.best(), 1)) {
            Twin q = twins.random(1, 8);
            Twin cache = twins.random(4, 8);
            for (int[] spans : new int[][] {{}, {0}, {0, 5}, {2, 2}, {-1, 1}}) {
                assertThatThrownBy(() -> twins.fast.cachedAttention(
                                q.fast(), q.fast(), cache.fast(), cache.fast(), 4, new int[][] {spans}))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("spans");
            }
        }
    }
}
