package dev.cria.core.ops.cpu;

import static dev.cria.core.ops.cpu.OneDnn.check;
import static dev.cria.core.ops.cpu.OneDnn.matrix;
import static dev.cria.core.ops.cpu.OneDnn.tensor;

import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * A product of one size, compiled by oneDNN. In bf16 the factors are either bfloat16 in memory or floats that are rounded on
 * their way into the tile registers; the product is of floats.
 */
final class OneDnnProduct {
    private static final int ARGUMENTS = 4;

    // Up to which its routine for AVX2 beats OpenBLAS: inner size of A · Bᵀ, and columns and elements of B of A · B.
    private static final int AVX2_INNER = 1024;
    private static final int AVX2_COLUMNS = 352;
    private static final int AVX2_FACTOR = 1 << 17;

    private final OneDnn oneDnn;
    private final Key key;
    private final dnnl_primitive primitive = new dnnl_primitive();
    private final dnnl_memory a;
    private final dnnl_memory b;
    private final dnnl_memory c;
    private final dnnl_memory scratchpad;
    private final dnnl_exec_arg_t arguments = new dnnl_exec_arg_t(ARGUMENTS);
    private final long scratchpadBytes;
    private final boolean isSlow;

    /** What the factors are in memory, and what becomes of them. */
    enum Factors {
        /** Floats. */
        FLOATS,
        /** Floats that are rounded to bfloat16. */
        ROUNDED_FLOATS,
        /** bfloat16. */
        BF16
    }

    /**
     * What a product is compiled for.
     *
     * @param streams rows of A that are multiplied together; above 1, each lies in a run of rows of its own, of m / streams each, and the
     *     factors are plain floats, neither of them transposed
     */
    record Key(
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
            boolean accumulate) {}

    /** The factors and their product, described. */
    private record Matrices(dnnl_memory_desc a, dnnl_memory_desc b, dnnl_memory_desc c) {
        static Matrices of(Key key) {
            if (key.streams > 1) {
                return inStreams(key);
            }
            int type = key.factors == Factors.BF16 ? dnnl.dnnl_bf16 : dnnl.dnnl_f32;
            return new Matrices(
                    matrix(type, key.m, key.k, key.transA ? 1 : key.lda, key.transA ? key.lda : 1),
                    matrix(type, key.k, key.n, key.transB ? 1 : key.ldb, key.transB ? key.ldb : 1),
                    matrix(dnnl.dnnl_f32, key.m, key.n, key.ldc, 1));
        }

        /** A batch of products, whose first takes the first row of each run, the second the second, and so on. */
        private static Matrices inStreams(Key key) {
            long run = key.m / key.streams;
            return new Matrices(
                    matrices(run, key.streams, key.k, key.lda, run * key.lda),
                    matrices(1, key.k, key.n, 0, key.ldb),
                    matrices(run, key.streams, key.n, key.ldc, run * key.ldc));
        }

        private static dnnl_memory_desc matrices(long count, long rows, long columns, long stride, long rowStride) {
            return tensor(dnnl.dnnl_f32, new long[] {count, rows, columns}, new long[] {stride, rowStride, 1});
        }
    }

    OneDnnProduct(OneDnn oneDnn, Key key) {
        this.oneDnn = oneDnn;
        this.key = key;
        Matrices matrices = Matrices.of(key);
        dnnl_primitive_desc description = new dnnl_primitive_desc();
        check(describe(description, oneDnn, key, matrices), "describe a product");
        this.isSlow = isSlow(implementation(description), key);
        if (!isSlow) { // else it is not run
            check(dnnl.dnnl_primitive_create(primitive, description), "compile a product");
        }
        dnnl_memory_desc pad =
                new dnnl_memory_desc(dnnl.dnnl_primitive_desc_query_md(description, dnnl.dnnl_query_scratchpad_md, 0));
        this.scratchpadBytes = dnnl.dnnl_memory_desc_get_size(pad);
        this.a = oneDnn.memory(matrices.a);
        this.b = oneDnn.memory(matrices.b);
        this.c = oneDnn.memory(matrices.c);
        this.scratchpad = oneDnn.memory(pad);
        argument(0, dnnl.DNNL_ARG_SRC, a);
        argument(1, dnnl.DNNL_ARG_WEIGHTS, b);
        argument(2, dnnl.DNNL_ARG_DST, c);
        argument(3, dnnl.DNNL_ARG_SCRATCHPAD, scratchpad);
        arguments.position(0);
    }

    /** What would multiply, as oneDNN calls it; empty if it has no such product on this CPU. */
    static String implementation(OneDnn oneDnn, Key key) {
        dnnl_primitive_desc description = new dnnl_primitive_desc();
        int status = describe(description, oneDnn, key, Matrices.of(key));
        if (status == dnnl.dnnl_unimplemented || status == dnnl.dnnl_last_impl_reached) {
            return "";
        }
        check(status, "describe a product");
        return implementation(description);
    }

    private static int describe(dnnl_primitive_desc description, OneDnn oneDnn, Key key, Matrices matrices) {
        int status = dnnl.dnnl_matmul_primitive_desc_create(
                description, oneDnn.engine(), matrices.a, matrices.b, null, matrices.c, attributes(key));
        while (status == dnnl.dnnl_success && isSgemm(implementation(description))) {
            status = dnnl.dnnl_primitive_desc_next_impl(description);
        }
        return status;
    }

    private static dnnl_primitive_attr attributes(Key key) {
        dnnl_primitive_attr attributes = OneDnn.attributes(key.accumulate);
        check(
                dnnl.dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl.dnnl_scratchpad_mode_user),
                "set the scratchpad's mode");
        if (key.factors == Factors.ROUNDED_FLOATS) {
            check(dnnl.dnnl_primitive_attr_set_fpmath_mode(attributes, dnnl.dnnl_fpmath_mode_bf16), "set bfloat16");
        }
        return attributes;
    }

    private static String implementation(dnnl_primitive_desc description) {
        try (PointerPointer<BytePointer> name = new PointerPointer<>(1)) {
            check(
                    dnnl.dnnl_primitive_desc_query(description, dnnl.dnnl_query_impl_info_str, 0, name),
                    "name an implementation");
            return new BytePointer(name.get(0)).getString();
        }
    }

    private void argument(int index, int name, dnnl_memory memory) {
        arguments.position(index).arg(name).memory(memory);
    }

    boolean serves(
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
            boolean accumulate) {
        return key.factors == factors
                && key.streams == streams
                && key.m == m
                && key.n == n
                && key.k == k
                && key.lda == lda
                && key.ldb == ldb
                && key.ldc == ldc
                && key.transA == transA
                && key.transB == transB
                && key.accumulate == accumulate;
    }

    /** Whether it is the routine behind oneDNN's {@code sgemm}, which a signal makes corrupt memory. */
    private static boolean isSgemm(String implementation) {
        return implementation.startsWith("gemm");
    }

    /**
     * Whether OpenBLAS is faster: where oneDNN has its plain loops alone, and where its routine for AVX2, which reads B where it lies, would miss
     * the caches. That goes by the sizes, so that results repeat.
     */
    boolean isSlow() {
        return isSlow;
    }

    private static boolean isSlow(String implementation, Key key) {
        if (!implementation.startsWith("brg")) {
            return true;
        }
        return implementation.endsWith("avx2")
                && (key.transB ? key.k > AVX2_INNER : key.n > AVX2_COLUMNS || (long) key.n * key.k > AVX2_FACTOR);
    }

    long scratchpadBytes() {
        return scratchpadBytes;
    }

    void run(long aAddress, long bAddress, long cAddress, long scratchpadAddress) {
        oneDnn.place(a, aAddress);
        oneDnn.place(b, bAddress);
        oneDnn.place(c, cAddress);
        oneDnn.place(scratchpad, scratchpadAddress);
        check(dnnl.dnnl_primitive_execute(primitive, oneDnn.stream(), ARGUMENTS, arguments), "multiply");
    }
}
