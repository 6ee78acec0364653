package dev.cria.core.ops.cpu;

import dev.cria.core.ops.Precision;
import dev.cria.core.ops.Slab;
import dev.cria.core.ops.cpu.OneDnnProduct.Factors;
import dev.cria.core.ops.cpu.OneDnnReorder.Kind;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.global.dnnl;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * Matrix products by oneDNN, with factors in single precision or rounded to bfloat16. One instance serves one thread.
 *
 * <p>A product is compiled for its sizes. Weights have few, batches many: the tokens' dimension is cut into blocks of a
 * few sizes, and what is left, below {@value #SMALLEST_BLOCK} rows, goes to OpenBLAS. oneDNN's own {@code sgemm} takes any
 * size, but a signal that arrives while it runs corrupts memory.
 */
final class OneDnnGemm implements Gemm {
    private static final int LARGEST_BLOCK = 1024;
    /** Tokens that are summed over at once: rounded and turned round, they stay in the L2 cache. */
    private static final int LARGEST_ROUNDED = 256;

    private static final int SMALLEST_BLOCK = 64;
    private static final int BUCKET_BITS = 8;
    private static final int BUCKETS = 1 << BUCKET_BITS;

    /** Streams of {@link #multiplyCompiled} on a CPU with AVX2 alone, which reads ahead of long runs only. */
    private static final int STREAMS = 16;

    private final Precision precision;
    private final Bf16Unit unit;
    private final boolean hasAvx2Alone = OneDnn.hasAvx2Alone();
    private final OpenBlasGemm rest = new OpenBlasGemm();
    private final OneDnn oneDnn = new OneDnn();
    private final List<List<OneDnnProduct>> products =
            new ArrayList<>(); // by a hash of their sizes: looked up without garbage
    private final List<List<OneDnnReorder>> reorders = new ArrayList<>(); // likewise
    private @Nullable Slab scratchpad;
    private long scratchpadAddress;

    /**
     * Products of one thread.
     *
     * @param precision what {@link #takesBf16} goes by; {@link #multiply} rounds only where it is bf16 and the unit has tiles
     * @param unit what {@link #bf16Unit} says
     */
    OneDnnGemm(Precision precision, Bf16Unit unit) {
        this.precision = precision;
        this.unit = unit;
        for (int i = 0; i < BUCKETS; i++) {
            products.add(new ArrayList<>(1));
            reorders.add(new ArrayList<>(1));
        }
    }

    /** What this CPU multiplies bfloat16 with. */
    static Bf16Unit bf16Unit() {
        int size = SMALLEST_BLOCK;
        OneDnnProduct.Key probe =
                new OneDnnProduct.Key(Factors.BF16, false, true, 1, size, size, size, size, size, size, false);
        return Bf16Unit.of(OneDnnProduct.implementation(new OneDnn(), probe));
    }

    @Override
    public String describe() {
        return "oneDNN %d.%d.%d%s"
                .formatted(
                        dnnl.DNNL_VERSION_MAJOR,
                        dnnl.DNNL_VERSION_MINOR,
                        dnnl.DNNL_VERSION_PATCH,
                        precision == Precision.BF16 ? " in bfloat16" : "");
    }

    /** OpenMP's number of threads is a setting of each thread; ND4J, which shares the library, has the call for it. */
    @Override
    public void bind() {
        rest.bind();
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
            long a,
            int lda,
            long b,
            int ldb,
            float beta,
            long c,
            int ldc) {
        Factors factors = roundsForItself() ? Factors.ROUNDED_FLOATS : Factors.FLOATS;
        int tokens = transA ? k : m;
        int largest = transA && factors == Factors.ROUNDED_FLOATS ? LARGEST_ROUNDED : LARGEST_BLOCK;
        int done = 0;
        if (alpha == 1 && (beta == 0 || beta == 1)) {
            for (int block = largest; block >= SMALLEST_BLOCK; block /= 2) {
                for (; tokens - done >= block; done += block) {
                    boolean add = beta == 1 || (transA && done > 0);
                    int rows = transA ? m : block;
                    int inner = transA ? block : k;
                    long aFrom = a + (long) done * lda * Float.BYTES;
                    long bFrom = transA ? b + (long) done * ldb * Float.BYTES : b;
                    long cFrom = transA ? c : c + (long) done * ldc * Float.BYTES;
                    run(factors, transA, transB, 1, rows, n, inner, aFrom, lda, bFrom, ldb, add, cFrom, ldc);
                }
            }
        }
        if (done == tokens) {
            return;
        }
        long aRest = a + (long) done * lda * Float.BYTES;
        if (transA) {
            long bRest = b + (long) done * ldb * Float.BYTES;
            rest.multiply(true, transB, m, n, k - done, alpha, aRest, lda, bRest, ldb, done > 0 ? 1 : beta, c, ldc);
        } else {
            long cRest = c + (long) done * ldc * Float.BYTES;
            rest.multiply(false, transB, m - done, n, k, alpha, aRest, lda, b, ldb, beta, cRest, ldc);
        }
    }

    @Override
    public int fewestCompiled() {
        return hasAvx2Alone ? 2 : 8;
    }

    @Override
    public int lanes() {
        return hasAvx2Alone ? 8 : 16;
    }

    @Override
    public void multiplyCompiled(int m, int n, int k, long a, int lda, long b, int ldb, long c, int ldc) {
        int streams = hasAvx2Alone && m % STREAMS == 0 ? STREAMS : 1;
        run(Factors.FLOATS, false, false, streams, m, n, k, a, lda, b, ldb, false, c, ldc);
    }

    private void run(
            Factors factors,
            boolean transA,
            boolean transB,
            int streams,
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
        OneDnnProduct product = product(factors, transA, transB, streams, m, n, k, lda, ldb, ldc, add);
        if (product.isSlow()) {
            rest.multiply(transA, transB, m, n, k, 1, a, lda, b, ldb, add ? 1 : 0, c, ldc);
        } else {
            product.run(a, b, c, scratchpadAddress);
        }
    }

    @Override
    public boolean hasFastBf16() {
        return unit != Bf16Unit.NONE;
    }

    @Override
    public boolean roundsForItself() {
        return takesBf16() && unit == Bf16Unit.TILES;
    }

    @Override
    public boolean takesBf16() {
        return precision == Precision.BF16;
    }

    @Override
    public void multiplyBf16(
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
        OneDnnProduct product = product(Factors.BF16, transA, transB, 1, m, n, k, lda, ldb, ldc, add);
        if (product.isSlow()) {
            throw new IllegalStateException(
                    "oneDNN has no fast product in bfloat16 of %d x %d x %d".formatted(m, n, k));
        }
        product.run(a, b, c, scratchpadAddress);
    }

    @Override
    public void roundToBf16(int rows, int columns, long from, int fromStride, long to, int toStride) {
        reorder(Kind.ROUND, rows, columns, fromStride, toStride).run(from, to);
    }

    @Override
    public void transpose(int rows, int columns, long from, int fromStride, long to, int toStride, boolean add) {
        Kind kind = add ? Kind.ADD_TRANSPOSE : Kind.TRANSPOSE;
        reorder(kind, rows, columns, fromStride, toStride).run(from, to);
    }

    private OneDnnReorder reorder(Kind kind, int rows, int columns, int fromStride, int toStride) {
        int hash = 31 * (31 * rows + columns) + fromStride + (toStride << 1);
        List<OneDnnReorder> bucket = reorders.get(bucket(hash));
        for (int i = 0; i < bucket.size(); i++) {
            OneDnnReorder reorder = bucket.get(i);
            if (reorder.serves(kind, rows, columns, fromStride, toStride)) {
                return reorder;
            }
        }
        OneDnnReorder reorder =
                new OneDnnReorder(oneDnn, new OneDnnReorder.Key(kind, rows, columns, fromStride, toStride));
        bucket.add(reorder);
        return reorder;
    }

    private static int bucket(int hash) {
        return (hash ^ (hash >>> BUCKET_BITS)) & (BUCKETS - 1);
    }

    private OneDnnProduct product(
            Factors factors,
            boolean transA,
            boolean transB,
            int streams,
            int m,
            int n,
            int k,
            int lda,
            int ldb,
            int ldc,
            boolean add) {
        int hash = 31 * (31 * (31 * m + n) + k) + lda + (ldb << 1) + (ldc << 2);
        List<OneDnnProduct> bucket = products.get(bucket(hash));
        for (int i = 0; i < bucket.size(); i++) {
            OneDnnProduct product = bucket.get(i);
            if (product.serves(factors, transA, transB, streams, m, n, k, lda, ldb, ldc, add)) {
                return product;
            }
        }
        OneDnnProduct product = new OneDnnProduct(
                oneDnn, new OneDnnProduct.Key(factors, transA, transB, streams, m, n, k, lda, ldb, ldc, add));
        if (!product.isSlow()) {
            growScratchpad(product.scratchpadBytes());
        }
        bucket.add(product);
        return product;
    }

    private void growScratchpad(long bytes) {
        long floats = bytes / Float.BYTES + 1;
        if (scratchpad == null || scratchpad.length() < floats) {
            Slab larger = Slab.allocate(DataType.FLOAT, floats); // first, lest a failure leave the freed one in use
            close();
            scratchpad = larger;
            scratchpadAddress = HostMemory.of(larger).address(0);
        }
    }

    @Override
    public void close() {
        if (scratchpad != null) {
            scratchpad.close();
            scratchpad = null;
        }
    }
}
