package dev.cria.core.ops.cpu;

/** Products of single-precision matrices on native memory, on the calling thread alone. */
interface Gemm extends AutoCloseable {
    /** Name and version for the log. */
    String describe();

    /** Called once on a thread before it multiplies: keeps the library from starting threads of its own. */
    void bind();

    /**
     * C = alpha op(A) op(B) + beta C, all row-major.
     *
     * @param transA whether A is stored [k, m]
     * @param transB whether B is stored [n, k]
     * @param m rows of C
     * @param n columns of C
     * @param k inner size
     * @param alpha factor of the product
     * @param a address of A
     * @param lda elements from one stored row of A to the next
     * @param b address of B
     * @param ldb elements from one stored row of B to the next
     * @param beta factor of C before the product is added; 0 overwrites
     * @param c address of C
     * @param ldc elements from one row of C to the next
     */
    void multiply(
            boolean transA,
            boolean transB,
            int m,
            int n,
            int k,
            float alpha,
            long a,
            int lda,
            long b,
            int ldb,
            float beta,
            long c,
            int ldc);

    /**
     * Rows of X from which on W · Xᵀ is faster by {@link #multiplyCompiled} and {@link #transpose} than vector by vector; more than
     * there can be if these may not be called.
     */
    default int fewestCompiled() {
        return Integer.MAX_VALUE;
    }

    /** What the columns of B in {@link #multiplyCompiled} should be a multiple of: the floats in a vector. */
    default int lanes() {
        return 1;
    }

    /**
     * C = A B in single precision, all row-major, for an A that is read from memory. Each triple of sizes is compiled once and
     * kept, so there should be few.
     *
     * @param m rows of C
     * @param n columns of C
     * @param k inner size
     * @param a address of A
     * @param lda elements from one row of A to the next
     * @param b address of B
     * @param ldb elements from one row of B to the next
     * @param c address of C
     * @param ldc elements from one row of C to the next
     */
    default void multiplyCompiled(int m, int n, int k, long a, int lda, long b, int ldb, long c, int ldc) {
        throw new UnsupportedOperationException(describe() + " compiles no products");
    }

    /**
     * Writes or adds the transpose of a matrix. Each pair of sizes is compiled once and kept, so there should be few.
     *
     * @param rows of the matrix that is read
     * @param columns of the matrix that is read
     * @param from its address
     * @param fromStride elements from one of its rows to the next
     * @param to address of the transpose
     * @param toStride elements from one row of the transpose to the next
     * @param add whether to add to what is there
     */
    default void transpose(int rows, int columns, long from, int fromStride, long to, int toStride, boolean add) {
        throw new UnsupportedOperationException(describe() + " compiles no copies");
    }

    /** Whether {@link #multiplyBf16} and {@link #roundToBf16} may be called, and are faster than on floats. */
    default boolean hasFastBf16() {
        return false;
    }

    /** Whether to round factors to bfloat16 for {@link #multiplyBf16}, as the precision asked for says. */
    default boolean takesBf16() {
        return false;
    }

    /** Whether {@link #multiply} rounds factors to bfloat16 itself, which makes it faster. */
    default boolean roundsForItself() {
        return false;
    }

    /**
     * C = op(A) op(B), or C += op(A) op(B), where A and B are bfloat16 in memory and C is float; all row-major. Each triple of
     * sizes is compiled once and kept, so there should be few.
     *
     * @param transA whether A is stored [k, m]
     * @param transB whether B is stored [n, k]
     * @param m rows of C
     * @param n columns of C
     * @param k inner size
     * @param a address of A
     * @param lda elements from one stored row of A to the next
     * @param b address of B
     * @param ldb elements from one stored row of B to the next
     * @param add whether to add to C
     * @param c address of C
     * @param ldc elements from one row of C to the next
     */
    default void multiplyBf16(
            boolean transA,
            boolean transB,
            int m,
            int n,
            int k,
            long a,
            int lda,
            long b,
            int ldb,
            boolean add,
            long c,
            int ldc) {
        throw new UnsupportedOperationException(describe() + " does not multiply bfloat16");
    }

    /**
     * Rounds a matrix to bfloat16, ties to even. Each pair of sizes is compiled once and kept, so there should be few.
     *
     * @param rows of the matrix
     * @param columns of the matrix
     * @param from address of its floats
     * @param fromStride elements from one row of floats to the next
     * @param to address of the bfloat16
     * @param toStride elements from one row of bfloat16 to the next
     */
    default void roundToBf16(int rows, int columns, long from, int fromStride, long to, int toStride) {
        throw new UnsupportedOperationException(describe() + " does not round to bfloat16");
    }

    /** Frees what the products hold. */
    @Override
    default void close() {}
}
