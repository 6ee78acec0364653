package dev.cria.core.ops.cpu;

import dev.cria.core.ops.Slab;
import dev.cria.core.ops.cpu.ParallelGemm.Block;
import dev.cria.core.ops.cpu.ParallelGemm.Product;
import dev.cria.core.ops.cpu.ParallelGemm.Target;
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
    private final ParallelGemm gemm; // of floats
    private final SkinnyGemm skinny;
    private float[] split = {}; // x with even elements first in each row
    private @Nullable Slab scratch;

    Bf16Weights(WorkerPool pool, ParallelGemm gemm) {
        this.pool = pool;
        this.gemm = gemm;
        this.skinny = new SkinnyGemm(pool);
    }

    /** Several products C [m, n] = x [m, k] · Bᵀ with one x, or what they add to C; each B holds n rows of k / 2 pairs. */
    void timesTransposed(List<Product> products, Floats x, int m, int k, boolean add) {
        if (m > FEW_ROWS && pool.caller().weightGemm.hasFastBf16()) {
            skinny.timesTransposedBf16(products, x, m, k, add);
            return;
        }
        int[] blocks = new int[products.size()];
        for (int i = 0; i < blocks.length; i++) {
            int n = products.get(i).n();
            blocks[i] = m <= FEW_ROWS ? vectorBlocks(n, k / 2) : (n + WIDE_ROWS - 1) / WIDE_ROWS;
        }
        gemm.inBlocks(products, blocks, add, block(x, m, k));
    }

    /** What rows of any B give, until the next product; x has up to {@value SkinnyGemm#MOST_COLUMNS} rows. */
    Block block(Floats x, int m, int k) {
        if (m > FEW_ROWS && pool.caller().weightGemm.hasFastBf16()) {
            return skinny.blockBf16(x, m, k);
        }
        takeApart(x, m, k);
        if (m <= FEW_ROWS) {
            return (b, from, rows, c, add, worker) -> timesVectors(b, from, rows, c, m, k / 2, add, worker);
        }
        Floats halves = scratch((long) m * k);
        halves.put(0, split, 0, m * k);
        Block product = gemm.block(halves, m, k);
        return (b, from, rows, c, add, worker) -> timesWidened(b, from, rows, c, product, k, add, worker);
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

    private int vectorBlocks(int n, int length) {
        int threads = pool.threads();
        long rounds = ((long) n * length / threads + TASK - 1) / TASK;
        return (int) Math.max(1, Math.min(threads * rounds, n / 16));
    }

    private void timesVectors(Floats b, int from, int rows, Target c, int m, int length, boolean add, Worker worker) {
        int step = Math.max(1, TILE / length);
        float[] tile = worker.tile(0, step * length);
        float[] out = worker.tile(1, step);
        for (int done = 0; done < rows; done += step) {
            int n = Math.min(step, rows - done);
            b.get((long) (from + done) * length, tile, 0, n * length);
            for (int r = 0; r < m; r++) {
                worker.kernels.timesPairs(out, 0, tile, n, length, split, 2 * r * length);
                write(c.memory(), c.index(r, done), out, n, add, worker);
            }
        }
    }

    private static void write(Floats y, long at, float[] values, int length, boolean add, Worker worker) {
        if (add) {
            float[] before = worker.tile(2, length);
            y.get(at, before, 0, length);
            worker.kernels.addScaled(values, 0, before, 0, length, 1);
        }
        y.put(at, values, 0, length);
    }

    private static void timesWidened(
            Floats b, int from, int rows, Target c, Block product, int k, boolean add, Worker worker) {
        for (int done = 0; done < rows; done += WIDE_ROWS) {
            int n = Math.min(WIDE_ROWS, rows - done);
            float[] pairs = worker.tile(0, n * k / 2);
            float[] wide = worker.tile(1, n * k);
            b.get((long) (from + done) * (k / 2), pairs, 0, n * k / 2);
            worker.kernels.widenPairs(wide, pairs, n, k / 2);
            Floats widened = worker.nativeTile(1, (long) n * k);
            widened.put(0, wide, 0, n * k);
            product.run(widened, 0, n, new Target(c.memory(), c.index(0, done), c.stride()), add, worker);
        }
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
