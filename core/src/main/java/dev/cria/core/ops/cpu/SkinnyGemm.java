package dev.cria.core.ops.cpu;

import dev.cria.core.ops.cpu.ParallelGemm.Block;
import dev.cria.core.ops.cpu.ParallelGemm.Product;
import dev.cria.core.ops.cpu.ParallelGemm.Target;
import java.util.ArrayList;
import java.util.List;

/**
 * Products of few rows with weights, Y [m, n] = X [m, k] · Wᵀ, computed as (W · Xᵀ)ᵀ: as the first factor W is multiplied as it lies in
 * memory, where as the second it would be copied into another order first, for the use of a few rows only. What is copied instead
 * is X before, and each block of the result after, while it is in the cache.
 */
final class SkinnyGemm {
    /** Rows of W in a task are multiples: whole cache lines of Y, few sizes to compile, and as many rows in each stream. */
    private static final int GRAIN = 16;

    static final int MOST_COLUMNS = 256; // of Xᵀ at once
    private static final int BLOCK_ROWS = 256; // of W per task, at most
    private static final int BLOCK = 1 << 18; // elements of W per task, at most

    private final WorkerPool pool;
    private final int lanes; // columns of Xᵀ are multiples: whole vectors, and few sizes to compile

    /** Some rows of a product's weights. */
    private record Task(Product product, int from, int rows) {}

    SkinnyGemm(WorkerPool pool) {
        this.pool = pool;
        this.lanes = pool.caller().weightGemm.lanes();
    }

    /** Y = X · Wᵀ, or Y += X · Wᵀ, in floats, for several W and one X. Needs {@link Gemm#multiplyCompiled}. */
    void timesTransposed(List<Product> products, Floats x, int m, int k, boolean add) {
        inBlocks(products, 0, k, add, block(x, m, k));
    }

    /** What rows of any W give, in floats, until the next product. Needs {@link Gemm#multiplyCompiled}. */
    Block block(Floats x, int m, int k) {
        int columns = roundUp(m, lanes);
        Floats transposed = pool.caller().nativeTile(0, (long) k * columns);
        Gemm caller = pool.caller().weightGemm;
        for (int done = 0; done < m; done += piece(m - done)) {
            long from = x.address((long) done * k);
            caller.transpose(piece(m - done), k, from, k, transposed.address(done), columns, false);
        }
        long right = transposed.address(0);
        return (w, from, rows, y, add, worker) -> {
            int step = largestBlock(k);
            for (int done = 0; done < rows; done += step) {
                int n = Math.min(step, rows - done);
                long left = w.address((long) (from + done) * k);
                long tile = worker.nativeTile(2, (long) n * columns).address(0);
                worker.weightGemm.multiplyCompiled(n, columns, k, left, k, right, columns, tile, columns);
                putTransposed(tile, n, columns, y, done, m, add, worker);
            }
        };
    }

    /**
     * Y = X · Wᵀ, or Y += X · Wᵀ, for several W of bfloat16 and one X of floats. Each x is the sum of two bfloat16, the second what the
     * first leaves of it, so that the products are as exact as with floats to about 2^-17. Needs a {@link Gemm#hasFastBf16}.
     */
    void timesTransposedBf16(List<Product> products, Floats x, int m, int k, boolean add) {
        for (int from = 0; from < m; from += MOST_COLUMNS) {
            int rows = Math.min(MOST_COLUMNS, m - from);
            inBlocks(products, from, k, add, blockBf16(x.from((long) from * k), rows, k));
        }
    }

    /** What rows of any W of bfloat16 give, until the next product; X has up to {@value #MOST_COLUMNS} rows. */
    Block blockBf16(Floats x, int m, int k) {
        int columns = roundUp(m, m <= 4 * lanes ? lanes : 4 * lanes);
        long size = (long) columns * k / 2; // in floats, which hold two
        long high = pool.caller().nativeTile(0, size).address(0);
        long low = pool.caller().nativeTile(1, size).address(0);
        split(high, low, x, m, columns, k);
        return (w, from, rows, y, add, worker) -> {
            int step = largestBlock(k);
            for (int done = 0; done < rows; done += step) {
                int n = Math.min(step, rows - done);
                long left = w.address((long) (from + done) * k / 2);
                long tile = worker.nativeTile(2, (long) n * columns).address(0);
                worker.weightGemm.multiplyBf16(false, true, n, columns, k, left, k, high, k, false, tile, columns);
                worker.weightGemm.multiplyBf16(false, true, n, columns, k, left, k, low, k, true, tile, columns);
                putTransposed(tile, n, columns, y, done, m, add, worker);
            }
        };
    }

    /** Rows of X, and some rows of anything up to {@code columns}, as bfloat16 and what that leaves of them. */
    private void split(long high, long low, Floats x, int m, int columns, int k) {
        Worker worker = pool.caller();
        float[] values = worker.tile(0, columns * k);
        float[] highs = worker.tile(1, columns * k);
        x.get(0, values, 0, m * k);
        worker.kernels.split(highs, values, m * k);
        Floats scratch = worker.nativeTile(2, (long) columns * k);
        round(high, scratch, highs, columns, k, worker);
        round(low, scratch, values, columns, k, worker);
    }

    private static void round(long to, Floats scratch, float[] values, int rows, int columns, Worker worker) {
        scratch.put(0, values, 0, rows * columns);
        worker.weightGemm.roundToBf16(rows, columns, scratch.address(0), columns, to, columns);
    }

    /** The transpose of a tile [rows, columns], as far as it was asked for: m of its columns. */
    private void putTransposed(long tile, int rows, int columns, Target y, int at, int m, boolean add, Worker worker) {
        for (int done = 0; done < m; done += piece(m - done)) {
            long from = tile + (long) done * Float.BYTES;
            worker.weightGemm.transpose(rows, piece(m - done), from, columns, y.address(done, at), y.stride(), add);
        }
    }

    /** Copies are compiled for multiples of the lanes and for what is less than one, not for every number of rows. */
    private int piece(int rows) {
        return rows < lanes ? rows : rows / lanes * lanes;
    }

    /** One job; X and Y begin at a row of the products' own. */
    private void inBlocks(List<Product> products, int firstRow, int k, boolean add, Block block) {
        List<Task> tasks = new ArrayList<>();
        for (Product product : products) {
            int step = blockRows(product.n(), k);
            for (int from = 0; from < product.n(); from += step) {
                tasks.add(new Task(product, from, Math.min(step, product.n() - from)));
            }
        }
        pool.run(tasks.size(), (i, worker) -> {
            Task task = tasks.get(i);
            int n = task.product.n();
            Target y = new Target(task.product.c(), (long) firstRow * n + task.from, n);
            block.run(task.product.b(), task.from, task.rows, y, add, worker);
        });
    }

    /** Large blocks where there are many, else equally many for each thread. */
    private int blockRows(int n, int k) {
        int largest = largestBlock(k);
        int blocks = (n + largest - 1) / largest;
        int threads = pool.threads();
        return blocks > 4 * threads ? largest : roundUp((n - 1) / roundUp(blocks, threads) + 1, GRAIN);
    }

    private static int largestBlock(int k) {
        return Math.max(GRAIN, Math.min(BLOCK_ROWS, BLOCK / k / GRAIN * GRAIN));
    }

    private static int roundUp(int size, int grain) {
        return (size + grain - 1) / grain * grain;
    }
}
