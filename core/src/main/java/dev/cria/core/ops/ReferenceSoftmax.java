package dev.cria.core.ops;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Softmax at a temperature of each row; all blocks have the scale 1.
 *
 * @param weights [rows, columns]
 * @param logSumExp [2, rows]
 */
record ReferenceSoftmax(INDArray weights, INDArray logSumExp) {
    /** See {@link TensorOps#linearSoftmax}; scores [rows, columns], temperatures [rows] of the same type. */
    static ReferenceSoftmax of(INDArray scores, INDArray temperatures) {
        RowWise.Softmax plain = RowWise.softmax(scores.dup('c'));
        INDArray weights = RowWise.divide(scores.dup('c'), temperatures);
        RowWise.Softmax scaled = RowWise.softmax(weights);
        return new ReferenceSoftmax(weights, Nd4j.vstack(scaled.logSumExp(), plain.logSumExp()));
    }

    /** Writes what {@link TensorOps#linearSoftmax} promises. */
    void write(RowWeights to, HostTransfers transfers) {
        int rows = weights.rows();
        float[] logs = transfers.downloadFloats(logSumExp);
        System.arraycopy(transfers.downloadFloats(weights), 0, to.weights(), 0, rows * to.columns());
        Arrays.fill(to.scales(), 1);
        for (int r = 0; r < rows; r++) {
            to.logSumExps()[2 * r] = logs[r];
            to.logSumExps()[2 * r + 1] = logs[rows + r];
            for (int block = 0; block < to.blocks(); block++) {
                int from = r * to.columns() + block * RowWeights.BLOCK;
                to.blockSums()[r * to.blocks() + block] = sum(to.weights(), from, from + to.length(block));
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
