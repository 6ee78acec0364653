package dev.cria.core.ops.cpu;

import static java.util.Objects.requireNonNull;

import dev.cria.core.ops.cpu.ParallelGemm.Product;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The layers' products in bfloat16. All threads round the factors first, each once for all the products that read it: a product that
 * rounds for itself does so on each thread for all of one factor. Tokens are taken a chunk at a time, which bounds the memory
 * of what is rounded; what is left of them, less than {@value #ROWS} rows, is multiplied in single precision.
 */
final class RoundedGemm {
    private static final int GRAIN = 16; // sizes of weights are multiples: whole rows of the CPU's tiles
    private static final int ROWS = 64; // of a factor, rounded by one task
    private static final int CHUNK = 2048; // tokens
    private static final int BLOCK = 256; // tokens of a task
    private static final int SUMMED = 512; // tokens of a weight's gradient summed over at once
    /** Elements of weights from which it pays to round them first, where products could also round for themselves. */
    private static final int LARGE_FORWARD = 1 << 16;

    private static final int LARGE_BACKWARD = 1 << 19; // likewise on the way back
    private static final int LENGTH = 1024; // rows or columns of a task's weights, at most
    private static final int FIRST_TILE = 8; // of the caller's native memory: lower ones belong to other kernels

    private final WorkerPool pool;
    private final ParallelGemm rest;
    private final List<Factor> factors = new ArrayList<>(); // kept, so that a step makes no garbage, as are:
    private int[] roundTasks = {}; // of each factor
    private int[] productTasks = {}; // of each part of a job

    RoundedGemm(WorkerPool pool, ParallelGemm rest) {
        this.pool = pool;
        this.rest = rest;
    }

    /** Whether {@link #timesTransposed} is faster than products that round for themselves. */
    boolean servesForward(List<Product> products, int m, int k) {
        return serves(products, m, k, LARGE_FORWARD);
    }

    /** Whether {@link #backward} is faster than products that round for themselves. */
    boolean servesBackward(List<Product> products, int m, int k) {
        return serves(products, m, k, LARGE_BACKWARD);
    }

    private boolean serves(List<Product> products, int m, int k, int large) {
        int rows = 0;
        int bits = k;
        for (int i = 0; i < products.size(); i++) {
            rows += products.get(i).n();
            bits |= products.get(i).n();
        }
        boolean whole = m >= ROWS && bits % GRAIN == 0;
        Gemm gemm = pool.caller().weightGemm;
        boolean pays = !gemm.roundsForItself() || (long) rows * k >= large;
        return whole && pays && gemm.takesBf16();
    }

    /** Several products C [m, n] = X [m, k] · B [n, k]ᵀ with one X, or what they add to C. */
    void timesTransposed(List<Product> products, Floats x, int m, int k, boolean add) {
        int rounded = m / ROWS * ROWS;
        for (int from = 0; from < rounded; from += CHUNK) {
            int first = from;
            int rows = Math.min(CHUNK, rounded - from);
            int count = products.size();
            int[] tasks = partTasks(count);
            factor(0).set(x.from((long) from * k), rows, k);
            for (int i = 0; i < count; i++) {
                Product product = products.get(i);
                factor(1 + i).set(product.b(), product.n(), k);
                tasks[i] = tasks(rows, product.n());
            }
            round(from == 0 ? 1 + count : 1);
            pool.run(tasks, count, (i, task, worker) -> {
                Product product = products.get(i);
                Floats c = product.c().from((long) first * product.n());
                multiply(task, factor(0), factor(1 + i), true, c, add, worker);
            });
        }
        if (rounded < m) {
            rest.timesTransposed(fromRow(rounded, products), x.from((long) rounded * k), m - rounded, k, add);
        }
    }

    /** As {@link ParallelGemm#backward}. */
    void backward(@Nullable Floats dx, List<Product> products, Floats x, int m, int k, boolean add) {
        int rounded = m / ROWS * ROWS;
        for (int from = 0; from < rounded; from += CHUNK) {
            int rows = Math.min(CHUNK, rounded - from);
            backwardChunk(fromRow(from, dx, k), fromRow(from, products), x.from((long) from * k), rows, k, add);
        }
        if (rounded < m) {
            rest.backward(
                    fromRow(rounded, dx, k),
                    fromRow(rounded, products),
                    x.from((long) rounded * k),
                    m - rounded,
                    k,
                    add);
        }
    }

    /** A chunk of it, whose factors are X, then the gradients of the products, then the weights, as far as they are read. */
    private void backwardChunk(@Nullable Floats dx, List<Product> products, Floats x, int rows, int k, boolean add) {
        int count = products.size();
        int[] tasks = partTasks(1 + count); // of dX, then of each dB
        tasks[0] = dx == null ? 0 : tasks(rows, k);
        boolean learns = false;
        for (int i = 0; i < count; i++) {
            Product product = products.get(i);
            factor(1 + i).set(product.c(), rows, product.n());
            factor(1 + count + i).set(product.b(), dx == null ? 0 : product.n(), k);
            tasks[1 + i] = product.dB() == null ? 0 : weightTasks(product.n(), k);
            learns |= product.dB() != null;
        }
        factor(0).set(x, learns ? rows : 0, k);
        round(1 + 2 * count);
        pool.run(tasks, 1 + count, (part, task, worker) -> {
            if (part > 0) {
                transposedTimes(task, products.get(part - 1), factor(part), factor(0), worker);
                return;
            }
            for (int i = 0; i < count; i++) {
                multiply(task, factor(1 + i), factor(1 + count + i), false, requireNonNull(dx), add || i > 0, worker);
            }
        });
    }

    /** The products of what lies below a row of X. */
    private static List<Product> fromRow(int row, List<Product> products) {
        if (row == 0) {
            return products;
        }
        List<Product> left = new ArrayList<>(products.size());
        products.forEach(product -> left.add(product.from(row)));
        return left;
    }

    private static @Nullable Floats fromRow(int row, @Nullable Floats matrix, int columns) {
        return matrix == null ? null : matrix.from((long) row * columns);
    }

    /** Tasks of {@link #multiply}. */
    private int tasks(int rows, int n) {
        int blocks = blocks(rows);
        return blocks * pieces(n, blocks);
    }

    /** Blocks of tokens: whole ones, then powers of two of what is left. */
    private static int blocks(int rows) {
        return rows / BLOCK + Integer.bitCount(rows % BLOCK / ROWS);
    }

    /**
     * A task of C [tokens, n] = A [tokens, k] · op(B), or of what that adds to C; B is stored [n, k] if it is transposed, else [k, n].
     */
    private void multiply(int task, Factor a, Factor b, boolean transB, Floats c, boolean add, Worker worker) {
        int n = transB ? b.rows : b.columns;
        int full = a.rows / BLOCK;
        int blocks = blocks(a.rows);
        int pieces = pieces(n, blocks);
        int block = task % blocks; // neighbours in time share what they read of the weight
        int row = block <= full ? block * BLOCK : full * BLOCK + BLOCK / 2;
        int rows = block < full ? BLOCK : Integer.highestOneBit(a.rows - row);
        int from = edge(n, task / blocks, pieces);
        int columns = edge(n, task / blocks + 1, pieces) - from;
        long right = transB ? b.address(from, 0) : b.address(0, from);
        long left = a.address(row, 0);
        long to = c.address((long) row * n + from);
        worker.weightGemm.multiplyBf16(
                false, transB, rows, columns, a.columns, left, a.columns, right, b.columns, add, to, n);
    }

    /** Tasks of {@link #transposedTimes}. */
    private int weightTasks(int m, int n) {
        int across = pieces(n, 1);
        return across * pieces(m, across);
    }

    /** A task of dB [m, n] = A [tokens, m]ᵀ · B [tokens, n], or of what that adds to dB. */
    private void transposedTimes(int task, Product product, Factor a, Factor b, Worker worker) {
        int m = a.columns;
        int n = b.columns;
        int across = pieces(n, 1);
        int down = pieces(m, across);
        int row = edge(m, task % down, down);
        int rows = edge(m, task % down + 1, down) - row;
        int column = edge(n, task / down, across);
        int columns = edge(n, task / down + 1, across) - column;
        long to = requireNonNull(product.dB()).address((long) row * n + column);
        int done = 0;
        for (int tokens = SUMMED; tokens >= ROWS; tokens /= 2) {
            for (; a.rows - done >= tokens; done += tokens) {
                long left = a.address(done, row);
                long right = b.address(done, column);
                boolean add = product.addToB() || done > 0;
                worker.weightGemm.multiplyBf16(true, false, rows, columns, tokens, left, m, right, n, add, to, n);
            }
        }
    }

    /** Pieces of a length, such that the tasks that they make with {@code others} occupy all threads to the end if they can. */
    private int pieces(int length, int others) {
        int pieces = (length + LENGTH - 1) / LENGTH;
        int most = Math.max(pieces, length / (4 * GRAIN));
        for (int more = pieces; more <= most; more++) {
            if (more * others % pool.threads() == 0) {
                return more;
            }
        }
        return pieces;
    }

    private static int edge(int length, int piece, int pieces) {
        return piece == pieces ? length : (int) ((long) length * piece / pieces / GRAIN * GRAIN);
    }

    private Factor factor(int i) {
        while (factors.size() <= i) {
            factors.add(new Factor(FIRST_TILE + factors.size()));
        }
        return factors.get(i);
    }

    /** Room for the numbers of tasks of a job's parts. */
    private int[] partTasks(int parts) {
        if (productTasks.length < parts) {
            productTasks = new int[parts];
        }
        return productTasks;
    }

    /** Rounds the first factors. */
    private void round(int count) {
        if (roundTasks.length < count) {
            roundTasks = new int[count];
        }
        for (int i = 0; i < count; i++) {
            roundTasks[i] = factor(i).blocks();
        }
        pool.run(roundTasks, count, (i, block, worker) -> factor(i).round(block, worker));
    }

    /** A matrix of floats [rows, columns], and the memory that it is rounded to. */
    private final class Factor {
        private final int slot; // of the caller's native memory
        private long floats; // address of them
        private long pairs; // address of bfloat16 [rows, columns]
        private int rows;
        private int columns;

        Factor(int slot) {
            this.slot = slot;
        }

        void set(Floats from, int newRows, int newColumns) {
            floats = from.address(0);
            rows = newRows;
            columns = newColumns;
            pairs = pool.caller()
                    .nativeTile(slot, Math.max(1, (long) rows * columns / 2))
                    .address(0);
        }

        long address(int row, int column) {
            return pairs + ((long) row * columns + column) * Short.BYTES;
        }

        int blocks() {
            return (rows + ROWS - 1) / ROWS;
        }

        void round(int block, Worker worker) {
            int from = block * ROWS;
            int count = Math.min(rows - from, ROWS);
            long source = floats + (long) from * columns * Float.BYTES;
            worker.weightGemm.roundToBf16(count, columns, source, columns, address(from, 0), columns);
        }
    }
}
