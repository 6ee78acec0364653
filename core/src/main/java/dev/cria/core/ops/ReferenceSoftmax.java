package dev.cria.core.ops;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Softmax at a temperature of each row.
 *
 * @param weights [rows, columns]
 * @param logSumExp [2, rows]
 */
record ReferenceSoftmax(INDArray weights, INDArray logSumExp) {
    /** See {@link TensorOps#softmax}; {@code temperatures} [rows], of the tensor's type. */
    static ReferenceSoftmax of(Tensor x, INDArray temperatures) {
        RowWise.Softmax plain = RowWise.softmax(x.array().dup('c'));
        INDArray weights = RowWise.divide(x.array().dup('c'), temperatures);
        RowWise.Softmax scaled = RowWise.softmax(weights);
        return new ReferenceSoftmax(weights, Nd4j.vstack(scaled.logSumExp(), plain.logSumExp()));
    }

    /** Writes what {@link TensorOps#softmax} promises. */
    void write(float[] toWeights, float[] blockSums, float[] toLogSumExp, HostTransfers transfers) {
        int rows = weights.rows();
        int columns = weights.columns();
        float[] logs = transfers.downloadFloats(logSumExp);
        System.arraycopy(transfers.downloadFloats(weights), 0, toWeights, 0, rows * columns);
        int block = 0;
        for (int r = 0; r < rows; r++) {
            toLogSumExp[2 * r] = logs[r];
            toLogSumExp[2 * r + 1] = logs[rows + r];
            for (int from = 0; from < columns; from += TensorOps.SUM_BLOCK) {
                int to = Math.min(columns, from + TensorOps.SUM_BLOCK);
                blockSums[block++] = sum(toWeights, r * columns + from, r * columns + to);
            }
        }
    }

    private static float sum(float[] values, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += values[i];
        }
        return (float) sum;
    }
}
