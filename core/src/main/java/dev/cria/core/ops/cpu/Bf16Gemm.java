package dev.cria.core.ops.cpu;

import dev.cria.core.ops.Slab;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Matrix products with factors rounded to bfloat16 and sums in single precision, by oneDNN on CPUs with AMX. One instance
 * serves one thread.
 *
 * <p>A product is compiled for its sizes. Weights have few, batches many: the tokens' dimension is cut into blocks of a
 * few sizes, and what is left, below {@value #SMALLEST_BLOCK} rows, is multiplied in single precision.
 */
final class Bf16Gemm implements Gemm {
    private static final int LARGEST_BLOCK = 1024;
    private static final int SMALLEST_BLOCK = 64;

    private final OneDnnGemm single = new OneDnnGemm();
    private final OneDnn oneDnn = new OneDnn();
    private final List<Bf16Product> products = new ArrayList<>();
    private @Nullable Slab scratchpad;
    private long scratchpadAddress;

    /** Whether this CPU multiplies bfloat16 faster than single precision. */
    static boolean isFast() {
        int size = SMALLEST_BLOCK;
        Bf16Product.Key probe = new Bf16Product.Key(false, true, size, size, size, size, size, size, false);
        return new Bf16Product(new OneDnn(), probe).isFast();
    }

    @Override
    public String describe() {
        return single.describe() + " in bfloat16";
    }

    @Override
    public void bind() {
        single.bind();
    }

    @Override
    public void multiply(
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
            int ldc) {
        int tokens = transA ? k : m;
        int done = 0;
        if (alpha == 1 && (beta == 0 || beta == 1)) {
            for (int block = LARGEST_BLOCK; block >= SMALLEST_BLOCK; block /= 2) {
                for (; tokens - done >= block; done += block) {
                    boolean add = beta == 1 || (transA && done > 0);
                    int rows = transA ? m : block;
                    int inner = transA ? block : k;
                    long aFrom = a + (long) done * lda * Float.BYTES;
                    long bFrom = transA ? b + (long) done * ldb * Float.BYTES : b;
                    long cFrom = transA ? c : c + (long) done * ldc * Float.BYTES;
                    run(transA, transB, rows, n, inner, aFrom, lda, bFrom, ldb, add, cFrom, ldc);
                }
            }
        }
        if (done == tokens) {
            return;
        }
        long aRest = a + (long) done * lda * Float.BYTES;
        if (transA) {
            long bRest = b + (long) done * ldb * Float.BYTES;
            single.multiply(true, transB, m, n, k - done, alpha, aRest, lda, bRest, ldb, done > 0 ? 1 : beta, c, ldc);
        } else {
            long cRest = c + (long) done * ldc * Float.BYTES;
            single.multiply(false, transB, m - done, n, k, alpha, aRest, lda, b, ldb, beta, cRest, ldc);
        }
    }

    private void run(
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
        for (int i = 0; i < products.size(); i++) {
            Bf16Product product = products.get(i);
            if (product.serves(transA, transB, m, n, k, lda, ldb, ldc, add)) {
                product.run(a, b, c, scratchpadAddress);
                return;
            }
        }
        Bf16Product product = new Bf16Product(oneDnn, new Bf16Product.Key(transA, transB, m, n, k, lda, ldb, ldc, add));
        products.add(product);
        growScratchpad(product.scratchpadBytes());
        product.run(a, b, c, scratchpadAddress);
    }

    private void growScratchpad(long bytes) {
        long floats = bytes / Float.BYTES + 1;
        if (scratchpad == null || scratchpad.length() < floats) {
            close();
            scratchpad = Slab.allocate(DataType.FLOAT, floats);
            scratchpadAddress = HostMemory.of(scratchpad).address(0);
        }
    }

    @Override
    public void multiplyVector(
            boolean transA, int rows, int columns, float alpha, long a, int lda, long x, float beta, long y) {
        single.multiplyVector(transA, rows, columns, alpha, a, lda, x, beta, y);
    }

    @Override
    public void close() {
        if (scratchpad != null) {
            scratchpad.close();
            scratchpad = null;
        }
    }
}
