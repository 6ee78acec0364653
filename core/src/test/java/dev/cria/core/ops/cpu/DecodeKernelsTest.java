package dev.cria.core.ops.cpu;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cria.core.ops.cpu.Twins.Twin;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
            int queries = twins.size(1, 5);
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
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void productsWithFewRows(long seed) {
        try (Twins twins = new Twins(KernelProvider.best(), seed)) {
            int rows = twins.size(1, 12);
            int in = twins.size(1, 300);
            int out = twins.size(1, 700);
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
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void softmaxAtATemperature(long seed) {
        try (Twins twins = new Twins(KernelProvider.best(), seed)) {
            int rows = twins.size(1, 5);
            Twin x = twins.random(rows, twins.size(1, 500));
            Twin y = twins.garbage(rows, x.fast().columns());
            Twin logSumExp = twins.garbage(rows, 2);
            float[] temperatures = new float[rows];
            for (int r = 0; r < rows; r++) {
                temperatures[r] = r == 0 ? 1 : twins.size(2, 20) / 10f;
            }
            twins.fast.softmax(y.fast(), logSumExp.fast(), x.fast(), temperatures);
            twins.reference.softmax(y.reference(), logSumExp.reference(), x.reference(), temperatures);
            twins.assertSame("softmax", y, ROUNDING);
            twins.assertSame("log-sum-exp", logSumExp, ROUNDING);
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
