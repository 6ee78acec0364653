package dev.cria.core.ops.cpu;

/** Matrix products shared out over the pool: each task computes some rows, or some columns, of the result. */
final class ParallelGemm {
    private static final int GRAIN = 16; // rows and columns per block are multiples: whole vectors, whole cache lines
    private static final long SMALLEST_TASK = 1 << 18; // multiply-adds worth waking a thread for
    private static final int FEW_ROWS = 7; // up to so many rows, products with vectors beat BLAS's matrix product
    private static final int VECTOR_TASK = 1 << 16; // elements of B per task: they stay in the L2 cache for all rows
    private static final int SMALLEST_VECTOR_TASK = 1 << 13; // elements of B worth waking a thread for
    private static final int SKINNY = 256; // up to so many rows per thread, reading all of B on each costs more

    private final WorkerPool pool;

    ParallelGemm(WorkerPool pool) {
        this.pool = pool;
    }

    /** C [m, n] = A [m, k] · B [n, k]ᵀ + beta C. */
    void timesTransposed(Floats c, Floats a, Floats b, int m, int n, int k, float beta) {
        if (m <= FEW_ROWS) {
            timesVectors(c, a, b, m, n, k, beta);
            return;
        }
        run(c, a, false, b, true, m, n, k, beta);
    }

    /** C [m, n] = A [m, k] · B [k, n] + beta C. */
    void times(Floats c, Floats a, Floats b, int m, int n, int k, float beta) {
        run(c, a, false, b, false, m, n, k, beta);
    }

    /** C [m, n] = A [k, m]ᵀ · B [k, n] + beta C. */
    void transposedTimes(Floats c, Floats a, Floats b, int m, int n, int k, float beta) {
        run(c, a, true, b, false, m, n, k, beta);
    }

    /** Decoding: reads B once, at the speed of memory, and multiplies what it has read with each row of A. */
    private void timesVectors(Floats c, Floats a, Floats b, int m, int n, int k, float beta) {
        int blocks = vectorBlocks(n, k);
        pool.run(blocks, (task, worker) -> {
            int from = edge(n, task, blocks);
            int rows = edge(n, task + 1, blocks) - from;
            for (int i = 0; i < m; i++) {
                long x = a.address((long) i * k);
                long y = c.address((long) i * n + from);
                worker.gemm.multiplyVector(false, rows, k, 1, b.address((long) from * k), k, x, beta, y);
            }
        });
    }

    /** Equally many blocks for each thread, small enough for the L2 cache. */
    private int vectorBlocks(int n, int k) {
        long elements = (long) n * k;
        int threads = pool.threads();
        if (elements < threads * (long) SMALLEST_VECTOR_TASK || n < threads * GRAIN) {
            return 1;
        }
        int rounds = (int) ((elements / threads + VECTOR_TASK - 1) / VECTOR_TASK);
        return Math.min(threads * rounds, n / GRAIN);
    }

    private void run(Floats c, Floats a, boolean transA, Floats b, boolean transB, int m, int n, int k, float beta) {
        boolean byRows = m >= n || m >= SKINNY * pool.threads();
        int size = byRows ? m : n;
        int blocks = blocks(size, (long) m * n * k);
        int lda = transA ? m : k;
        int ldb = transB ? k : n;
        pool.run(blocks, (block, worker) -> {
            int from = edge(size, block, blocks);
            int to = edge(size, block + 1, blocks);
            long aFrom = a.address(!byRows ? 0 : transA ? from : (long) from * k);
            long bFrom = b.address(byRows ? 0 : transB ? (long) from * k : from);
            long cFrom = c.address(byRows ? (long) from * n : from);
            int rows = byRows ? to - from : m;
            int columns = byRows ? n : to - from;
            worker.weightGemm.multiply(transA, transB, rows, columns, k, 1, aFrom, lda, bFrom, ldb, beta, cFrom, n);
        });
    }

    private int blocks(int size, long multiplyAdds) {
        long worthwhile = Math.min(multiplyAdds / SMALLEST_TASK, size / GRAIN);
        return (int) Math.max(1, Math.min(pool.threads(), worthwhile));
    }

    /** First row or column of a block. */
    private static int edge(int size, int block, int blocks) {
        return block == blocks ? size : (int) ((long) size * block / blocks / GRAIN * GRAIN);
    }
}
