package dev.cria.core.ops;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Softmax at a temperature of each row.
 *
 * @param weights [rows, columns], relative to the row's largest score
 * @param logSumExp [2, rows]
 */
record ReferenceSoftmax(INDArray weights, INDArray logSumExp) {
    private static final float LEAST = (float) Math.exp(-87); // the fast kernels know none below

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
        for (int r = 0; r < rows; r++) {
            to.logSumExps()[2 * r] = logs[r];
            to.logSumExps()[2 * r + 1] = logs[rows + r];
            for (int block = 0; block < to.blocks(); block++) {
                scale(to, r, block);
            }
        }
    }

    /** Makes a block's weights relative to its own largest score. */
    private static void scale(RowWeights to, int row, int block) {
        float[] weights = to.weights();
        int from = row * to.columns() + block * RowWeights.BLOCK;
        int end = from + to.length(block);
        float scale = LEAST;
        for (int i = from; i < end; i++) {
            scale = Math.max(scale, weights[i]);
        }
        double sum = 0;
        for (int i = from; i < end; i++) {
            weights[i] = Math.max(LEAST, weights[i] / scale);
            sum += weights[i];
        }
        to.scales()[row * to.blocks() + block] = scale;
        to.blockSums()[row * to.blocks() + block] = (float) (sum * scale);
    }
}
