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
     * y = alpha A x + beta y, or with Aᵀ; A is row-major.
     *
     * @param transA whether to take Aᵀ
     * @param rows stored rows of A
     * @param columns stored columns of A
     * @param alpha factor of the product
     * @param a address of A
     * @param lda elements from one row of A to the next
     * @param x address of x
     * @param beta factor of y before the product is added; 0 overwrites
     * @param y address of y
     */
    void multiplyVector(
            boolean transA, int rows, int columns, float alpha, long a, int lda, long x, float beta, long y);

    /** Frees what the products hold. */
    @Override
    default void close() {}
}
