package dev.cria.core.ops;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastAddOp;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastDivOp;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastMulOp;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastSubOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Arithmetic of a matrix [rows, columns] with a number for each row, or for each column, in place. {@code INDArray}'s own methods
 * for it read the number to the host where there is only one.
 */
final class RowWise {
    private RowWise() {}

    /** x[r][c] -= perRow[r]. */
    static INDArray subtract(INDArray x, INDArray perRow) {
        Nd4j.getExecutioner().exec(new BroadcastSubOp(x, perRow, x, 0));
        return x;
    }

    /** x[r][c] *= perRow[r]. */
    static INDArray multiply(INDArray x, INDArray perRow) {
        Nd4j.getExecutioner().exec(new BroadcastMulOp(x, perRow, x, 0));
        return x;
    }

    /** x[r][c] /= perRow[r]. */
    static INDArray divide(INDArray x, INDArray perRow) {
        Nd4j.getExecutioner().exec(new BroadcastDivOp(x, perRow, x, 0));
        return x;
    }

    /** A copy of x with x[r][c] *= perRow[r]. */
    static INDArray multiplied(INDArray x, INDArray perRow) {
        INDArray y = Nd4j.createUninitialized(x.dataType(), x.shape(), 'c');
        Nd4j.getExecutioner().exec(new BroadcastMulOp(x, perRow, y, 0));
        return y;
    }

    /** A copy of x with x[r][c] *= perColumn[c]. */
    static INDArray multipliedByColumns(INDArray x, INDArray perColumn) {
        INDArray y = Nd4j.createUninitialized(x.dataType(), x.shape(), 'c');
        Nd4j.getExecutioner().exec(new BroadcastMulOp(x, perColumn, y, 1));
        return y;
    }

    /** x[i][r][c] += matrix[r][c]. */
    static INDArray addToEach(INDArray x, INDArray matrix) {
        Nd4j.getExecutioner().exec(new BroadcastAddOp(x, matrix, x, 1, 2));
        return x;
    }

    /** log(sum(exp(x[r]))) of each row; x becomes exp(x - max), and its sums of rows come second. */
    static Softmax softmax(INDArray x) {
        INDArray max = x.max(1);
        INDArray sum = Transforms.exp(subtract(x, max), false).sum(1);
        return new Softmax(max.addi(Transforms.log(sum, true)), sum);
    }

    /**
     * What {@link #softmax} leaves to do with.
     *
     * @param logSumExp [rows]
     * @param sum [rows], of exp(x - max)
     */
    record Softmax(INDArray logSumExp, INDArray sum) {}
}
