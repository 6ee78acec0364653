package dev.cria.core.ops;

import dev.cria.core.ops.TensorOps.Gradient;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.shape.OneHot;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** The LM head with its losses in ND4J calls, a few rows of logits at a time. */
final class ReferenceLmHead {
    private static final int CHUNK = 256; // rows

    private final HostTransfers transfers;
    private final DeviceArrays device;

    ReferenceLmHead(HostTransfers transfers, DeviceArrays device) {
        this.transfers = transfers;
        this.device = device;
    }

    /** One chunk of rows: its targets as one-hot rows and the logarithm of its softmax, both [rows, vocab]. */
    private record Chunk(int from, int to, INDArray oneHot, INDArray logSoftmax) {
        INDArray logProbs() {
            return oneHot.mul(logSoftmax).sum(1);
        }

        /** d(log p(target)) / d(logits) = oneHot - softmax. */
        INDArray slope() {
            return oneHot.sub(Transforms.exp(logSoftmax, true));
        }
    }

    private Chunk chunk(Tensor hidden, Tensor weight, int[] targets, int from) {
        int to = Math.min(targets.length, from + CHUNK);
        INDArray logits = Nd4j.createUninitialized(hidden.dataType(), to - from, weight.rows());
        ReferenceOps.product(
                logits, hidden.slice(from, to).array(), weight.array().transpose(), false);
        RowWise.subtract(logits, logits.max(1));
        INDArray logSum = Transforms.log(Transforms.exp(logits, true).sum(1), false);
        return new Chunk(from, to, oneHotRows(targets, from, to, weight), RowWise.subtract(logits, logSum));
    }

    double crossEntropy(
            @Nullable Tensor dHidden,
            @Nullable Gradient dWeight,
            Tensor hidden,
            Tensor weight,
            int[] targets,
            double gradientScale) {
        INDArray sum = Nd4j.create(DataType.DOUBLE, 1); // on the device until the end
        for (int from = 0; from < targets.length; from += CHUNK) {
            Chunk chunk = chunk(hidden, weight, targets, from);
            sum.addi(chunk.logProbs().castTo(DataType.DOUBLE).sum());
            if (dHidden != null || dWeight != null) {
                backward(dHidden, dWeight, hidden, weight, chunk, chunk.slope().muli(-gradientScale));
            }
        }
        return -transfers.downloadNumber(sum);
    }

    void logProbs(Tensor logProbs, Tensor hidden, Tensor weight, int[] targets) {
        for (int from = 0; from < targets.length; from += CHUNK) {
            Chunk chunk = chunk(hidden, weight, targets, from);
            logProbs.slice(from, chunk.to).array().assign(chunk.logProbs());
        }
    }

    void logProbsBackward(
            @Nullable Tensor dHidden,
            @Nullable Gradient dWeight,
            Tensor dLogProbs,
            Tensor hidden,
            Tensor weight,
            int[] targets) {
        for (int from = 0; from < targets.length; from += CHUNK) {
            Chunk chunk = chunk(hidden, weight, targets, from);
            INDArray upstream = dLogProbs.slice(from, chunk.to).array();
            backward(dHidden, dWeight, hidden, weight, chunk, RowWise.multiply(chunk.slope(), upstream));
        }
    }

    /** dTable[tokens[t]] += dy[t]: the product with the tokens' one-hot rows, which no two threads write at once. */
    void addAtTokens(Tensor dTable, Tensor dy, int[] tokens) {
        for (int from = 0; from < tokens.length; from += CHUNK) {
            int to = Math.min(tokens.length, from + CHUNK);
            INDArray oneHot = oneHotRows(tokens, from, to, dTable);
            ReferenceOps.product(
                    dTable.array(), oneHot.transpose(), dy.slice(from, to).array(), true);
        }
    }

    private static void backward(
            @Nullable Tensor dHidden,
            @Nullable Gradient dWeight,
            Tensor hidden,
            Tensor weight,
            Chunk chunk,
            INDArray dLogits) {
        if (dHidden != null) {
            ReferenceOps.product(dHidden.slice(chunk.from, chunk.to).array(), dLogits, weight.array(), false);
        }
        if (dWeight != null) {
            ReferenceOps.product(
                    dWeight.tensor().array(),
                    dLogits.transpose(),
                    hidden.slice(chunk.from, chunk.to).array(),
                    dWeight.accumulate() || chunk.from > 0);
        }
    }

    private INDArray oneHotRows(int[] tokens, int from, int to, Tensor table) {
        INDArray ids = Views.rows(device.indices(tokens), from, to);
        INDArray oneHot = Nd4j.create(table.dataType(), to - from, table.rows());
        Nd4j.exec(new OneHot(ids, oneHot, table.rows(), -1, 1, 0));
        return oneHot;
    }
}
