package dev.cria.core.ops.cpu;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;

import org.bytedeco.openblas.global.openblas;
import org.bytedeco.openblas.presets.openblas_nolapack;
import org.nd4j.nativeblas.NativeOpsHolder;

/** Matrix products by OpenBLAS. One instance serves one thread. */
final class OpenBlasGemm implements Gemm {
    // What a CPU can do, as ND4J numbers it. OpenBLAS chooses by the same, and tells nobody.
    private static final int AVX2 = 2;
    private static final int AVX512 = 3;
    private static final String OVERRIDE = "OPENBLAS_CORETYPE";

    // Limits within which OpenBLAS, with AVX-512, takes its kernels for small matrices for A · Bᵀ.
    private static final int SMALL_RESULT = 1200;
    private static final int SMALL_PRODUCT = 1_000_000;
    private static final int SMALLEST_INNER = 32;
    private static final int GRAIN = 4; // those kernels compute 4 by 4 elements at a time

    private static final int STREAMS = 8; // where a CPU with AVX2 reads a matrix from memory
    private static final int SHORT_ROW = 512; // elements; longer ones were read no slower by a product than by a copy

    private final int level = NativeOpsHolder.getInstance().getDeviceNativeOps().optimalLevel();
    private final RawFloats a = new RawFloats();
    private final RawFloats b = new RawFloats();
    private final RawFloats c = new RawFloats();

    @Override
    public String describe() {
        return "OpenBLAS " + openblas.OPENBLAS_VERSION.replace("OpenBLAS", "").trim() + " for " + core();
    }

    /** The kernels that OpenBLAS takes: the CPU's, unless an environment variable, often another program's, says otherwise. */
    private String core() {
        String override = System.getenv(OVERRIDE);
        if (override != null) {
            return override + " (" + OVERRIDE + ")";
        }
        return level == AVX512 ? "AVX-512" : level == AVX2 ? "AVX2" : "any CPU";
    }

    private boolean hasSmallKernels() {
        return level == AVX512;
    }

    @Override
    public void bind() {
        openblas_nolapack.blas_set_num_threads(1); // of the whole process
    }

    @Override
    public void multiply(
            boolean transA,
            boolean transB,
            int m,
            int n,
            int k,
            float alpha,
            long aAddress,
            int lda,
            long bAddress,
            int ldb,
            float beta,
            long cAddress,
            int ldc) {
        openblas.cblas_sgemm(
                CblasRowMajor,
                transA ? CblasTrans : CblasNoTrans,
                transB ? CblasTrans : CblasNoTrans,
                m,
                n,
                k,
                alpha,
                a.at(aAddress),
                lda,
                b.at(bAddress),
                ldb,
                beta,
                c.at(cAddress),
                ldc);
    }

    /**
     * y = alpha A x + beta y, or with Aᵀ; A is row-major.
     *
     * @param transA whether to take Aᵀ
     * @param rows stored rows of A
     * @param columns stored columns of A
     * @param alpha factor of the product
     * @param aAddress address of A
     * @param lda elements from one row of A to the next
     * @param xAddress address of x
     * @param beta factor of y before the product is added; 0 overwrites
     * @param yAddress address of y
     * @param yStride elements from one of y's to the next
     */
    void multiplyVector(
            boolean transA,
            int rows,
            int columns,
            float alpha,
            long aAddress,
            int lda,
            long xAddress,
            float beta,
            long yAddress,
            int yStride) {
        openblas.cblas_sgemv(
                CblasRowMajor,
                transA ? CblasTrans : CblasNoTrans,
                rows,
                columns,
                alpha,
                a.at(aAddress),
                lda,
                b.at(xAddress),
                1,
                beta,
                c.at(yAddress),
                yStride);
    }

    /**
     * Rows of B up to which a product A [m, k] · Bᵀ runs without copying the factors first, which pays where A has few rows;
     * 0 if none does.
     */
    int smallProduct(int m, int k) {
        if (!hasSmallKernels() || k < SMALLEST_INNER) {
            return 0;
        }
        int largest = (int) Math.min(SMALL_RESULT / m, SMALL_PRODUCT / ((long) m * k));
        return largest / GRAIN * GRAIN;
    }

    /**
     * Streams in which {@link #multiplyVector} should read a matrix from memory: as many rows together, each from a run of rows of its
     * own, since some CPUs read ahead of long runs only. 1 where rows are best read one after the other.
     */
    int streams() {
        return level == AVX2 ? STREAMS : 1;
    }

    /**
     * Whether parts of rows that are not in the cache are waited for, so that reading whole rows first pays.
     *
     * @param length elements of a row
     */
    boolean waitsForRows(int length) {
        return level == AVX2 && length <= SHORT_ROW;
    }
}
