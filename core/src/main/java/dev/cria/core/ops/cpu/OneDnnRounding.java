package dev.cria.core.ops.cpu;

import static dev.cria.core.ops.cpu.OneDnn.check;
import static dev.cria.core.ops.cpu.OneDnn.matrix;

import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;

/** Rounds matrices of one size from float to bfloat16, compiled by oneDNN. */
final class OneDnnRounding {
    private static final int ARGUMENTS = 2;

    private final OneDnn oneDnn;
    private final int rows;
    private final int columns;
    private final int fromStride;
    private final int toStride;
    private final dnnl_primitive primitive = new dnnl_primitive();
    private final dnnl_memory from;
    private final dnnl_memory to;
    private final dnnl_exec_arg_t arguments = new dnnl_exec_arg_t(ARGUMENTS);
    private final RawFloats pointer = new RawFloats();

    OneDnnRounding(OneDnn oneDnn, int rows, int columns, int fromStride, int toStride) {
        this.oneDnn = oneDnn;
        this.rows = rows;
        this.columns = columns;
        this.fromStride = fromStride;
        this.toStride = toStride;
        dnnl_memory_desc floats = matrix(dnnl.dnnl_f32, rows, columns, fromStride, 1);
        dnnl_memory_desc rounded = matrix(dnnl.dnnl_bf16, rows, columns, toStride, 1);
        dnnl_primitive_desc description = new dnnl_primitive_desc();
        check(
                dnnl.dnnl_reorder_primitive_desc_create(
                        description, floats, oneDnn.engine(), rounded, oneDnn.engine(), (dnnl_primitive_attr) null),
                "describe a rounding");
        check(dnnl.dnnl_primitive_create(primitive, description), "compile a rounding");
        this.from = oneDnn.memory(floats);
        this.to = oneDnn.memory(rounded);
        arguments.position(0).arg(dnnl.DNNL_ARG_FROM).memory(from);
        arguments.position(1).arg(dnnl.DNNL_ARG_TO).memory(to);
        arguments.position(0);
    }

    boolean serves(int otherRows, int otherColumns, int otherFromStride, int otherToStride) {
        return rows == otherRows
                && columns == otherColumns
                && fromStride == otherFromStride
                && toStride == otherToStride;
    }

    void run(long fromAddress, long toAddress) {
        check(dnnl.dnnl_memory_set_data_handle(from, pointer.at(fromAddress)), "set an address");
        check(dnnl.dnnl_memory_set_data_handle(to, pointer.at(toAddress)), "set an address");
        check(dnnl.dnnl_primitive_execute(primitive, oneDnn.stream(), ARGUMENTS, arguments), "round");
    }
}
