package dev.cria.core.ops.cpu;

import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Pointer;

/** A thread's engine and stream of oneDNN. */
final class OneDnn {
    private final dnnl_engine engine = new dnnl_engine();
    private final dnnl_stream stream = new dnnl_stream();
    private final RawFloats pointer = new RawFloats();

    OneDnn() {
        check(dnnl.dnnl_engine_create(engine, dnnl.dnnl_cpu, 0), "create an engine");
        check(dnnl.dnnl_stream_create(stream, engine, dnnl.dnnl_stream_default_flags), "create a stream");
    }

    dnnl_engine engine() {
        return engine;
    }

    dnnl_stream stream() {
        return stream;
    }

    /** Describes a matrix of oneDNN's element type {@code type}, the distance of its rows and of its columns in elements. */
    static dnnl_memory_desc matrix(int type, long rows, long columns, long rowStride, long columnStride) {
        return tensor(type, new long[] {rows, columns}, new long[] {rowStride, columnStride});
    }

    /** Describes a tensor of some sizes and the distances of its elements along each. */
    static dnnl_memory_desc tensor(int type, long[] sizes, long[] strides) {
        dnnl_memory_desc tensor = new dnnl_memory_desc();
        check(
                dnnl.dnnl_memory_desc_create_with_strides(tensor, sizes.length, sizes, type, strides),
                "describe a tensor");
        return tensor;
    }

    /** Whether oneDNN multiplies with AVX2, and has no AVX-512. */
    static boolean hasAvx2Alone() {
        return has(dnnl.dnnl_cpu_isa_avx2) && !has(dnnl.dnnl_cpu_isa_avx512_core);
    }

    private static boolean has(int instructions) {
        return (dnnl.dnnl_get_effective_cpu_isa() & instructions) == instructions;
    }

    /** A handle whose address is set later. */
    dnnl_memory memory(dnnl_memory_desc description) {
        dnnl_memory memory = new dnnl_memory();
        check(dnnl.dnnl_memory_create(memory, description, engine, (Pointer) null), "create a memory handle");
        return memory;
    }

    /** Has a handle point to an address. */
    void place(dnnl_memory memory, long address) {
        check(dnnl.dnnl_memory_set_data_handle(memory, pointer.at(address)), "set an address");
    }

    /** Attributes of an operation that writes its result, or adds it to what is there. */
    static dnnl_primitive_attr attributes(boolean add) {
        dnnl_primitive_attr attributes = new dnnl_primitive_attr();
        check(dnnl.dnnl_primitive_attr_create(attributes), "create attributes");
        if (add) {
            dnnl_post_ops sum = new dnnl_post_ops();
            check(dnnl.dnnl_post_ops_create(sum), "create post-operations");
            check(dnnl.dnnl_post_ops_append_sum(sum, 1, 0, dnnl.dnnl_data_type_undef), "accumulate");
            check(dnnl.dnnl_primitive_attr_set_post_ops(attributes, sum), "set post-operations");
        }
        return attributes;
    }

    static void check(int status, String what) {
        if (status != dnnl.dnnl_success) {
            throw new IllegalStateException("oneDNN could not %s: status %d".formatted(what, status));
        }
    }
}
