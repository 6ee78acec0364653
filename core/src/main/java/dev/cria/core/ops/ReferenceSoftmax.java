package dev.cria.core.ops;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Softmax at a temperature of each row. */
final class ReferenceSoftmax {
    private ReferenceSoftmax() {}

    /** See {@link TensorOps#softmax}; {@code temperatures} [rows], of the tensors' type. */
    static void forward(Tensor y, Tensor logSumExp, Tensor x, INDArray temperatures) {
        int rows = x.rows();
        RowWise.Softmax plain = RowWise.softmax(x.array().dup('c'));
        INDArray weights = y.array();
        weights.assign(x.array());
        RowWise.Softmax scaled = RowWise.softmax(RowWise.divide(weights, temperatures));
        RowWise.divide(weights, scaled.sum());
        Views.block(logSumExp, 0, rows, 0, 1).assign(scaled.logSumExp().reshape(rows, 1));
        Views.block(logSumExp, 0, rows, 1, 1).assign(plain.logSumExp().reshape(rows, 1));
    }
}
