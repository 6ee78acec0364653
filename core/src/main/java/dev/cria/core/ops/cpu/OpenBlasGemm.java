package dev.cria.core.ops.cpu;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;

import org.bytedeco.openblas.global.openblas;
import org.bytedeco.openblas.presets.openblas_nolapack;

/** Matrix products by OpenBLAS. One instance serves one thread. */
final class OpenBlasGemm implements Gemm {
    private final RawFloats a = new RawFloats();
    private final RawFloats b = new RawFloats();
    private final RawFloats c = new RawFloats();

    @Override
    public String describe() {
        return "OpenBLAS " + openblas.OPENBLAS_VERSION.replace("OpenBLAS", "").trim();
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

    @Override
    public void multiplyVector(
            boolean transA,
            int rows,
            int columns,
            float alpha,
            long aAddress,
            int lda,
            long xAddress,
            float beta,
            long yAddress) {
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
                1);
    }
}
