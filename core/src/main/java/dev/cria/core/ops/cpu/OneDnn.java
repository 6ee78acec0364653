package dev.cria.core.ops.cpu;

import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Pointer;

/** A thread's engine and stream of oneDNN. */
final class OneDnn {
    private final dnnl_engine engine = new dnnl_engine();
    private final dnnl_stream stream = new dnnl_stream();

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
        dnnl_memory_desc matrix = new dnnl_memory_desc();
        long[] sizes = {rows, columns};
        long[] strides = {rowStride, columnStride};
        check(dnnl.dnnl_memory_desc_create_with_strides(matrix, 2, sizes, type, strides), "describe a matrix");
        return matrix;
    }

    /** A handle whose address is set later. */
    dnnl_memory memory(dnnl_memory_desc description) {
        dnnl_memory memory = new dnnl_memory();
        check(dnnl.dnnl_memory_create(memory, description, engine, (Pointer) null), "create a memory handle");
        return memory;
    }

    static void check(int status, String what) {
        if (status != dnnl.dnnl_success) {
            throw new IllegalStateException("oneDNN could not %s: status %d".formatted(what, status));
        }
    }
}
