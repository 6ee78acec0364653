package dev.cria.core.ops.cpu;

import org.bytedeco.dnnl.global.dnnl;
import org.nd4j.nativeblas.NativeOpsHolder;

/** Matrix products by oneDNN; products with a vector by OpenBLAS. One instance serves one thread. */
final class OneDnnGemm implements Gemm {
    private static final byte PLAIN = 'N';
    private static final byte TRANSPOSED = 'T';

    private final RawFloats a = new RawFloats();
    private final RawFloats b = new RawFloats();
    private final RawFloats c = new RawFloats();
    private final OpenBlasGemm vectors = new OpenBlasGemm();

    @Override
    public String describe() {
        return "oneDNN %d.%d.%d".formatted(dnnl.DNNL_VERSION_MAJOR, dnnl.DNNL_VERSION_MINOR, dnnl.DNNL_VERSION_PATCH);
    }

    /** OpenMP's number of threads is a setting of each thread; ND4J, which shares the library, has the call for it. */
    @Override
    public void bind() {
        vectors.bind();
        NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(1);
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
        int status = dnnl.dnnl_sgemm(
                transA ? TRANSPOSED : PLAIN,
                transB ? TRANSPOSED : PLAIN,
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
        if (status != dnnl.dnnl_success) {
            throw new IllegalStateException(
                    "oneDNN refused a product of sizes %d, %d, %d with status %d".formatted(m, n, k, status));
        }
    }

    @Override
    public void multiplyVector(
            boolean transA, int rows, int columns, float alpha, long aAddress, int lda, long x, float beta, long y) {
        vectors.multiplyVector(transA, rows, columns, alpha, aAddress, lda, x, beta, y);
    }
}
