package dev.cria.core.ops.cpu;

import dev.cria.core.ops.Slab;
import dev.cria.core.ops.cpu.ParallelGemm.Product;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Products with weights that lie in memory as bfloat16, for inference: half the traffic. Sums are in single precision. Many rows are
 * multiplied by the CPU's instructions for bfloat16 where it has them. Else the weights are widened on the fly: a pair of
 * neighbours comes apart into halves of a row, so the other factor's rows are taken apart likewise.
 */
final class Bf16Weights implements AutoCloseable {
    private static final int FEW_ROWS = 7; // up to so many rows products with vectors are faster
    private static final int TILE = 1 << 12; // pairs copied to the heap at once
    private static final int TASK = 1 << 16; // pairs per task
    private static final int WIDE_ROWS = 64; // rows of weights widened at once

    private final WorkerPool pool;
    private final SkinnyGemm skinny;
    private float[] split = {}; // x with even elements first in each row
    private @Nullable Slab scratch;

    Bf16Weights(WorkerPool pool) {
        this.pool = pool;
        this.skinny = new SkinnyGemm(pool);
    }

    /** Several products C [m, n] = x [m, k] · Bᵀ with one x, or what they add to C; each B holds n rows of k / 2 pairs. */
    void timesTransposed(List<Product> products, Floats x, int m, int k, boolean add) {
        if (m > FEW_ROWS && pool.caller().weightGemm.hasFastBf16()) {
            skinny.timesTransposedBf16(products, x, m, k, add);
            return;
        }
        takeApart(x, m, k);
        for (Product product : products) {
            if (m <= FEW_ROWS) {
                timesVectors(product.c(), product.b(), m, product.n(), k / 2, add ? 1 : 0);
            } else {
                timesWidened(product.c(), product.b(), m, product.n(), k, add ? 1 : 0);
            }
        }
    }

    private void takeApart(Floats x, int m, int k) {
        if (split.length < m * k) {
            split = new float[m * k];
        }
        float[] row = pool.caller().tile(0, k);
        for (int r = 0; r < m; r++) {
            x.get((long) r * k, row, 0, k);
            for (int j = 0; j < k / 2; j++) {
                split[r * k + j] = row[2 * j];
                split[r * k + k / 2 + j] = row[2 * j + 1];
            }
        }
    }

    private void timesVectors(Floats y, Floats w, int m, int n, int length, float beta) {
        int step = Math.max(1, TILE / length);
        int threads = pool.threads();
        long rounds = ((long) n * length / threads + TASK - 1) / TASK;
        int blocks = (int) Math.max(1, Math.min(threads * rounds, n / 16));
        pool.run(blocks, (task, worker) -> {
            int end = (int) ((long) n * (task + 1) / blocks);
            for (int from = (int) ((long) n * task / blocks); from < end; from += step) {
                int rows = Math.min(end, from + step) - from;
                float[] tile = worker.tile(0, step * length);
                float[] out = worker.tile(1, step);
                w.get((long) from * length, tile, 0, rows * length);
                for (int r = 0; r < m; r++) {
                    worker.kernels.timesPairs(out, 0, tile, rows, length, split, 2 * r * length);
                    write(y, (long) r * n + from, out, rows, beta, worker);
                }
            }
        });
    }

    private static void write(Floats y, long at, float[] values, int length, float beta, Worker worker) {
        if (beta != 0) {
            float[] before = worker.tile(2, length);
            y.get(at, before, 0, length);
            worker.kernels.addScaled(values, 0, before, 0, length, beta);
        }
        y.put(at, values, 0, length);
    }

    private void timesWidened(Floats y, Floats w, int m, int n, int k, float beta) {
        Floats x = scratch((long) m * k);
        x.put(0, split, 0, m * k);
        pool.run((n + WIDE_ROWS - 1) / WIDE_ROWS, (task, worker) -> {
            int from = task * WIDE_ROWS;
            int rows = Math.min(n, from + WIDE_ROWS) - from;
            float[] pairs = worker.tile(0, rows * k / 2);
            float[] wide = worker.tile(1, rows * k);
            w.get((long) from * (k / 2), pairs, 0, rows * k / 2);
            worker.kernels.widenPairs(wide, pairs, rows, k / 2);
            Floats b = worker.nativeTile(0, (long) rows * k);
            b.put(0, wide, 0, rows * k);
            worker.gemm.multiply(
                    false, true, m, rows, k, 1, x.address(0), k, b.address(0), k, beta, y.address(from), n);
        });
    }

    private Floats scratch(long length) {
        Slab present = scratch;
        if (present == null || present.length() < length) {
            close();
            present = Slab.allocate(DataType.FLOAT, length);
            scratch = present;
        }
        return new Floats(HostMemory.of(present), 0);
    }

    @Override
    public void close() {
        if (scratch != null) {
            scratch.close();
            scratch = null;
        }
    }
}
