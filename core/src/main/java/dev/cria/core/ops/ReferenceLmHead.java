package dev.cria.core.ops;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.shape.OneHot;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** The LM head with its losses in ND4J calls, a few rows of logits at a time. */
final class ReferenceLmHead {
    private static final int CHUNK = 256; // rows

    private ReferenceLmHead() {}

    /** One chunk of rows: its targets as one-hot rows and the logarithm of its softmax, both [rows, vocab]. */
    private record Chunk(int from, int to, INDArray oneHot, INDArray logSoftmax) {
        static Chunk of(Tensor hidden, Tensor weight, int[] targets, int from) {
            int to = Math.min(targets.length, from + CHUNK);
            INDArray rows = hidden.slice(from, to).array();
            INDArray logits = Nd4j.createUninitialized(hidden.dataType(), to - from, weight.rows());
            ReferenceOps.product(logits, rows, weight.array().transpose(), false);
            logits.subiColumnVector(logits.max(1));
            INDArray logSum = Transforms.log(Transforms.exp(logits, true).sum(1), false);
            logits.subiColumnVector(logSum);
            return new Chunk(from, to, oneHotRows(targets, from, to, weight), logits);
        }

        INDArray logProbs() {
            return oneHot.mul(logSoftmax).sum(1);
        }

        /** d(log p(target)) / d(logits) = oneHot - softmax. */
        INDArray slope() {
            return oneHot.sub(Transforms.exp(logSoftmax, true));
        }
    }

    static double crossEntropy(
            @Nullable Tensor dHidden,
            @Nullable Tensor dWeight,
            Tensor hidden,
            Tensor weight,
            int[] targets,
            double gradientScale) {
        double loss = 0;
        for (int from = 0; from < targets.length; from += CHUNK) {
            Chunk chunk = Chunk.of(hidden, weight, targets, from);
            loss -= chunk.logProbs().sumNumber().doubleValue();
            if (dHidden != null || dWeight != null) {
                backward(dHidden, dWeight, hidden, weight, chunk, chunk.slope().muli(-gradientScale));
            }
        }
        return loss;
    }

    static void logProbs(Tensor logProbs, Tensor hidden, Tensor weight, int[] targets) {
        for (int from = 0; from < targets.length; from += CHUNK) {
            Chunk chunk = Chunk.of(hidden, weight, targets, from);
            logProbs.slice(from, chunk.to).array().assign(chunk.logProbs());
        }
    }

    static void logProbsBackward(
            @Nullable Tensor dHidden,
            @Nullable Tensor dWeight,
            Tensor dLogProbs,
            Tensor hidden,
            Tensor weight,
            int[] targets) {
        for (int from = 0; from < targets.length; from += CHUNK) {
            Chunk chunk = Chunk.of(hidden, weight, targets, from);
            INDArray upstream = dLogProbs.slice(from, chunk.to).array();
            backward(dHidden, dWeight, hidden, weight, chunk, chunk.slope().muliColumnVector(upstream));
        }
    }

    /** dTable[tokens[t]] += dy[t]: the product with the tokens' one-hot rows, which no two threads write at once. */
    static void addAtTokens(Tensor dTable, Tensor dy, int[] tokens) {
        for (int from = 0; from < tokens.length; from += CHUNK) {
            int to = Math.min(tokens.length, from + CHUNK);
            INDArray oneHot = oneHotRows(tokens, from, to, dTable);
            ReferenceOps.product(
                    dTable.array(), oneHot.transpose(), dy.slice(from, to).array(), true);
        }
    }

    private static void backward(
            @Nullable Tensor dHidden,
            @Nullable Tensor dWeight,
            Tensor hidden,
            Tensor weight,
            Chunk chunk,
            INDArray dLogits) {
        if (dHidden != null) {
            ReferenceOps.product(dHidden.slice(chunk.from, chunk.to).array(), dLogits, weight.array(), false);
        }
        if (dWeight != null) {
            ReferenceOps.product(
                    dWeight.array(),
                    dLogits.transpose(),
                    hidden.slice(chunk.from, chunk.to).array(),
                    true);
        }
    }

    private static INDArray oneHotRows(int[] tokens, int from, int to, Tensor table) {
        INDArray ids = Nd4j.createFromArray(Arrays.copyOfRange(tokens, from, to));
        INDArray oneHot = Nd4j.create(table.dataType(), to - from, table.rows());
        Nd4j.exec(new OneHot(ids, oneHot, table.rows(), -1, 1, 0));
        return oneHot;
    }
}
