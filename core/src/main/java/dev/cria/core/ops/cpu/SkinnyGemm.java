package dev.cria.core.ops.cpu;

import dev.cria.core.ops.cpu.ParallelGemm.Product;
import java.util.ArrayList;
import java.util.List;

/**
 * Products of few rows with weights, Y [m, n] = X [m, k] · Wᵀ, computed as (W · Xᵀ)ᵀ: as the first factor W is multiplied as it lies in
 * memory, where as the second it would be copied into another order first, for the use of a few rows only. What is copied instead
 * is X before, and each block of the result after, while it is in the cache.
 */
final class SkinnyGemm {
    private static final int GRAIN =
            16; // columns of Xᵀ and rows of W are multiples: whole vectors, and few sizes to compile
    private static final int BLOCK_ROWS = 256; // of W per task, at most
    private static final int BLOCK = 1 << 18; // elements of W per task, at most

    private final WorkerPool pool;

    /** Some rows of a product's weights. */
    private record Block(Product product, int from, int rows) {}

    SkinnyGemm(WorkerPool pool) {
        this.pool = pool;
    }

    /** Y = X · Wᵀ, or Y += X · Wᵀ, in floats, for several W and one X. Needs a {@link Gemm#compiles}. */
    void timesTransposed(List<Product> products, Floats x, int m, int k, boolean add) {
        int columns = roundUp(m, GRAIN);
        Floats transposed = pool.caller().nativeTile(0, (long) k * columns);
        Gemm caller = pool.caller().weightGemm;
        for (int done = 0; done < m; done += piece(m - done)) {
            long from = x.address((long) done * k);
            caller.transpose(piece(m - done), k, from, k, transposed.address(done), columns, false);
        }
        inBlocks(products, k, (block, worker) -> {
            long w = block.product.b().address((long) block.from * k);
            long tile = worker.nativeTile(1, (long) block.rows * columns).address(0);
            worker.weightGemm.multiplyCompiled(
                    false, false, block.rows, columns, k, w, k, transposed.address(0), columns, false, tile, columns);
            putTransposed(block, tile, columns, m, add, worker);
        });
    }

    private static void putTransposed(Block block, long tile, int columns, int m, boolean add, Worker worker) {
        int n = block.product.n();
        for (int done = 0; done < m; done += piece(m - done)) {
            long to = block.product.c().address((long) done * n + block.from);
            long from = tile + (long) done * Float.BYTES;
            worker.weightGemm.transpose(block.rows, piece(m - done), from, columns, to, n, add);
        }
    }

    /** Copies are compiled for multiples of the grain and for what is less than one, not for every number of rows. */
    private static int piece(int rows) {
        return rows < GRAIN ? rows : rows / GRAIN * GRAIN;
    }

    /** One task of a job. */
    @FunctionalInterface
    private interface Task {
        void run(Block block, Worker worker);
    }

    private void inBlocks(List<Product> products, int k, Task task) {
        List<Block> blocks = new ArrayList<>();
        for (Product product : products) {
            int step = blockRows(product.n(), k);
            for (int from = 0; from < product.n(); from += step) {
                blocks.add(new Block(product, from, Math.min(step, product.n() - from)));
            }
        }
        pool.run(blocks.size(), (i, worker) -> task.run(blocks.get(i), worker));
    }

    /** Large blocks where there are many, else equally many for each thread. */
    private int blockRows(int n, int k) {
        int largest = Math.max(GRAIN, Math.min(BLOCK_ROWS, BLOCK / k / GRAIN * GRAIN));
        int blocks = (n + largest - 1) / largest;
        int threads = pool.threads();
        return blocks > 4 * threads ? largest : roundUp((n - 1) / roundUp(blocks, threads) + 1, GRAIN);
    }

    private static int roundUp(int size, int grain) {
        return (size + grain - 1) / grain * grain;
    }
}
