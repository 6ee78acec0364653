package dev.cria.core.ops.cpu;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Matrix products shared out over the pool: each task computes some rows, or some columns, of the result. */
final class ParallelGemm {
    private static final int GRAIN = 16; // rows and columns per block are multiples: whole vectors, whole cache lines
    private static final long SMALLEST_TASK = 1 << 18; // multiply-adds worth waking a thread for
    private static final int FEW_ROWS = 7; // up to so many rows, products with vectors beat BLAS's matrix product
    private static final int VECTOR_TASK = 1 << 16; // elements of B per task: they stay in the L2 cache for all rows
    private static final int SMALLEST_VECTOR_TASK = 1 << 13; // elements of B worth waking a thread for
    private static final int SMALL_ROWS = 63; // up to so many rows, BLAS's products of small matrices beat its others
    private static final int SKINNY = 256; // up to so many rows per thread, reading all of B on each costs more

    private final WorkerPool pool;
    private final SkinnyGemm skinny;

    /**
     * C [m, n] = A · Bᵀ for B [n, k]; on the way back C is its gradient, and dB that of B.
     *
     * @param dB [n, k], or null if not wanted
     * @param addToB whether to add to dB
     */
    record Product(Floats c, Floats b, @Nullable Floats dB, boolean addToB, int n) {
        /** The product from a row of A on: on the way back, after those before it. */
        Product from(int row) {
            return row == 0 ? this : new Product(c.from((long) row * n), b, dB, true, n);
        }
    }

    /** What some rows of B [n, k] give: C [m, rows] = A [m, k] · B[from to from + rows]ᵀ, or what they add to C. */
    @FunctionalInterface
    interface Block {
        void run(Floats b, int from, int rows, Target c, boolean add, Worker worker);
    }

    /** Where a block of C goes: its first element, and the elements from one row to the next. */
    record Target(Floats memory, long first, int stride) {
        long index(int row, int column) {
            return first + (long) row * stride + column;
        }

        long address(int row, int column) {
            return memory.address(index(row, column));
        }
    }

    /** A share of one part of a job. */
    @FunctionalInterface
    private interface Part {
        void run(int part, Share share, Worker worker);
    }

    ParallelGemm(WorkerPool pool) {
        this.pool = pool;
        this.skinny = new SkinnyGemm(pool);
    }

    /** Several products C [m, n] = A [m, k] · B [n, k]ᵀ with one A, or what they add to C, as one job. */
    void timesTransposed(List<Product> products, Floats a, int m, int k, boolean add) {
        if (isSkinny(m)) {
            skinny.timesTransposed(products, a, m, k, add);
        } else if (m <= FEW_ROWS || isSmall(m, k)) {
            int[] blocks = new int[products.size()];
            for (int i = 0; i < blocks.length; i++) {
                blocks[i] = blocks(products.get(i).n, k);
            }
            inBlocks(products, blocks, add, block(a, m, k));
        } else {
            inParts(products, products.size(), m, k, (part, share, worker) -> {
                Product product = products.get(part);
                share.multiply(product.c, a, false, product.b, true, m, product.n, k, add ? 1 : 0, worker);
            });
        }
    }

    private boolean isSkinny(int m) {
        return m <= SMALL_ROWS && m >= pool.caller().weightGemm.fewestCompiled();
    }

    private boolean isSmall(int m, int k) {
        return m <= SMALL_ROWS && pool.caller().gemm.smallProduct(m, k) > 0;
    }

    /** The fastest way to multiply A [m, k] with blocks of any B that stay in the cache; good until the next product. */
    Block block(Floats a, int m, int k) {
        if (isSkinny(m)) {
            return skinny.block(a, m, k);
        }
        if (m <= FEW_ROWS) {
            return (b, from, rows, c, add, worker) -> timesVectors(b, from, rows, c, a, m, k, add, worker);
        }
        if (isSmall(m, k)) {
            return (b, from, rows, c, add, worker) -> timesSmall(b, from, rows, c, a, m, k, add, worker);
        }
        return (b, from, rows, c, add, worker) -> worker.weightGemm.multiply(
                false,
                true,
                m,
                rows,
                k,
                1,
                a.address(0),
                k,
                b.address((long) from * k),
                k,
                add ? 1 : 0,
                c.address(0, 0),
                c.stride);
    }

    /**
     * The way back from products C = X · Bᵀ, where each C holds its own gradient: dX [m, k] = sum of C · B, or what that adds to dX, if it is
     * wanted, and each dB = Cᵀ · X, or what that adds to dB.
     */
    void backward(@Nullable Floats dx, List<Product> products, Floats x, int m, int k, boolean add) {
        inParts(products, 1 + products.size(), m, k, (part, share, worker) -> {
            if (part > 0) {
                Product product = products.get(part - 1);
                if (product.dB != null) {
                    float beta = product.addToB ? 1 : 0;
                    share.multiply(product.dB, product.c, true, x, false, product.n, k, m, beta, worker);
                }
            } else if (dx != null) {
                for (int i = 0; i < products.size(); i++) {
                    Product product = products.get(i);
                    boolean more = add || i > 0;
                    share.multiply(dx, product.c, false, product.b, false, m, k, product.n, more ? 1 : 0, worker);
                }
            }
        });
    }

    /**
     * One job of several parts, each in as many shares as there are threads, if the products are worth it. Two threads, which draw tasks
     * from both ends, take the parts in the same order.
     */
    private void inParts(List<Product> products, int parts, int m, int k, Part work) {
        long multiplyAdds = 0;
        for (int i = 0; i < products.size(); i++) { // without an iterator, since steps make no garbage to speak of
            multiplyAdds += (long) m * products.get(i).n * k;
        }
        int count = (int) Math.max(1, Math.min(pool.threads(), multiplyAdds / SMALLEST_TASK));
        pool.run(count * parts, (task, worker) -> {
            int share = task / parts;
            int part = share % 2 == 0 ? task % parts : parts - 1 - task % parts;
            work.run(part, new Share(share, count), worker);
        });
    }

    /** One job: the products' blocks, so many of each as {@code blocks} says, one after the other. */
    void inBlocks(List<Product> products, int[] blocks, boolean add, Block block) {
        pool.run(blocks, blocks.length, (i, task, worker) -> {
            Product product = products.get(i);
            int from = edge(product.n, task, blocks[i]);
            int rows = edge(product.n, task + 1, blocks[i]) - from;
            block.run(product.b, from, rows, new Target(product.c, from, product.n), add, worker);
        });
    }

    /** Decoding: reads B once, at the speed of memory, and multiplies what it has read with each row of A. */
    private static void timesVectors(
            Floats b, int from, int rows, Target c, Floats a, int m, int k, boolean add, Worker worker) {
        int streams = worker.gemm.streams();
        int run = streams > 1 ? rows / streams : 0; // rows of a stream
        for (int row = 0; row < run; row++) {
            timesVectors(b, from + row, streams, run, c, row, a, m, k, add, worker);
        }
        int step = m == 1 ? rows : Math.max(1, VECTOR_TASK / k);
        for (int row = run * streams; row < rows; row += step) {
            timesVectors(b, from + row, Math.min(step, rows - row), 1, c, row, a, m, k, add, worker);
        }
    }

    /** Rows of B, and columns of C, that lie {@code stride} apart. */
    private static void timesVectors(
            Floats b,
            int from,
            int rows,
            int stride,
            Target c,
            int column,
            Floats a,
            int m,
            int k,
            boolean add,
            Worker worker) {
        long matrix = b.address((long) from * k);
        for (int i = 0; i < m; i++) {
            long x = a.address((long) i * k);
            long y = c.address(i, column);
            worker.gemm.multiplyVector(false, rows, k, 1, matrix, stride * k, x, add ? 1 : 0, y, stride);
        }
    }

    /**
     * Decoding of many sequences: larger products would be spent on packing B, which only {@code m} rows use. Each block of B is
     * copied first, since that fetches it into the cache with all of memory's speed; what is multiplied is the original.
     */
    private static void timesSmall(
            Floats b, int from, int rows, Target c, Floats a, int m, int k, boolean add, Worker worker) {
        int step = worker.gemm.smallProduct(m, k);
        for (int done = 0; done < rows; done += step) {
            int n = Math.min(step, rows - done);
            long at = (long) (from + done) * k;
            worker.fetch(b, at, (long) n * k);
            worker.gemm.multiply(
                    false,
                    true,
                    m,
                    n,
                    k,
                    1,
                    a.address(0),
                    k,
                    b.address(at),
                    k,
                    add ? 1 : 0,
                    c.address(0, done),
                    c.stride);
        }
    }

    /** Equally many blocks for each thread, small enough for the L2 cache. */
    private int blocks(int n, int k) {
        long elements = (long) n * k;
        int threads = pool.threads();
        if (elements < threads * (long) SMALLEST_VECTOR_TASK || n < threads * GRAIN) {
            return 1;
        }
        int rounds = (int) ((elements / threads + VECTOR_TASK - 1) / VECTOR_TASK);
        return Math.min(threads * rounds, n / GRAIN);
    }

    /** A share of a product: some of the rows of its result, or some columns where it has few rows. */
    private record Share(int index, int count) {
        void multiply(
                Floats c,
                Floats a,
                boolean transA,
                Floats b,
                boolean transB,
                int m,
                int n,
                int k,
                float beta,
                Worker worker) {
            boolean byRows = m >= n || m >= SKINNY * count;
            int from = edge(byRows ? m : n, index);
            int size = edge(byRows ? m : n, index + 1) - from;
            if (size == 0) {
                return;
            }
            int lda = transA ? m : k;
            int ldb = transB ? k : n;
            long aFrom = a.address(!byRows ? 0 : transA ? from : (long) from * k);
            long bFrom = b.address(byRows ? 0 : transB ? (long) from * k : from);
            long cFrom = c.address(byRows ? (long) from * n : from);
            int rows = byRows ? size : m;
            int columns = byRows ? n : size;
            worker.weightGemm.multiply(transA, transB, rows, columns, k, 1, aFrom, lda, bFrom, ldb, beta, cFrom, n);
        }

        private int edge(int size, int share) {
            return ParallelGemm.edge(size, share, count);
        }
    }

    /** First row or column of a block. */
    private static int edge(int size, int block, int blocks) {
        return block == blocks ? size : (int) ((long) size * block / blocks / GRAIN * GRAIN);
    }
}
