package dev.cria.core.ops.cpu;

import static dev.cria.core.ops.cpu.OneDnn.check;
import static dev.cria.core.ops.cpu.OneDnn.matrix;

import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;

/** Copies matrices of one size into another order or type, compiled by oneDNN. */
final class OneDnnReorder {
    private static final int ARGUMENTS = 2;

    private final OneDnn oneDnn;
    private final Key key;
    private final dnnl_primitive primitive = new dnnl_primitive();
    private final dnnl_memory from;
    private final dnnl_memory to;
    private final dnnl_exec_arg_t arguments = new dnnl_exec_arg_t(ARGUMENTS);

    /** What becomes of a matrix of floats. */
    enum Kind {
        /** bfloat16, ties to even. */
        ROUND,
        /** Its transpose. */
        TRANSPOSE,
        /** Its transpose, added to what is there. */
        ADD_TRANSPOSE
    }

    /** What a copy is compiled for; the sizes are those of the matrix that is read. */
    record Key(Kind kind, int rows, int columns, int fromStride, int toStride) {}

    OneDnnReorder(OneDnn oneDnn, Key key) {
        this.oneDnn = oneDnn;
        this.key = key;
        boolean round = key.kind == Kind.ROUND;
        dnnl_memory_desc source = matrix(dnnl.dnnl_f32, key.rows, key.columns, key.fromStride, 1);
        dnnl_memory_desc target = round
                ? matrix(dnnl.dnnl_bf16, key.rows, key.columns, key.toStride, 1)
                : matrix(dnnl.dnnl_f32, key.rows, key.columns, 1, key.toStride);
        dnnl_primitive_desc description = new dnnl_primitive_desc();
        check(
                dnnl.dnnl_reorder_primitive_desc_create(
                        description,
                        source,
                        oneDnn.engine(),
                        target,
                        oneDnn.engine(),
                        OneDnn.attributes(key.kind == Kind.ADD_TRANSPOSE)),
                "describe a copy");
        check(dnnl.dnnl_primitive_create(primitive, description), "compile a copy");
        this.from = oneDnn.memory(source);
        this.to = oneDnn.memory(target);
        arguments.position(0).arg(dnnl.DNNL_ARG_FROM).memory(from);
        arguments.position(1).arg(dnnl.DNNL_ARG_TO).memory(to);
        arguments.position(0);
    }

    boolean serves(Kind kind, int rows, int columns, int fromStride, int toStride) {
        return key.kind == kind
                && key.rows == rows
                && key.columns == columns
                && key.fromStride == fromStride
                && key.toStride == toStride;
    }

    void run(long fromAddress, long toAddress) {
        oneDnn.place(from, fromAddress);
        oneDnn.place(to, toAddress);
        check(dnnl.dnnl_primitive_execute(primitive, oneDnn.stream(), ARGUMENTS, arguments), "copy");
    }
}
