package dev.cria.model;

import dev.cria.core.ops.RowWeights;
import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.TensorOps;

/** Distributions of the next tokens of some sequences, each at a temperature of its own. Memory is kept between steps. */
public final class NextTokens {
    private static final int BLOCK = RowWeights.BLOCK; // ids of one scale, added up together

    private final int vocabSize;
    private RowWeights rows;
    private float[] temperatures = {}; // [rows]

    /**
     * Distributions over a vocabulary.
     *
     * @param vocabSize of the model
     */
    public NextTokens(int vocabSize) {
        this.vocabSize = vocabSize;
        this.rows = RowWeights.allocate(0, vocabSize);
    }

    /** Computes them from hidden states [rows, hidden] and the LM head's weight [vocab, hidden]. */
    void take(TensorOps ops, Tensor hidden, Tensor lmHead, float[] rowTemperatures) {
        if (rows.rows() < rowTemperatures.length) {
            rows = RowWeights.allocate(rowTemperatures.length, vocabSize);
        }
        temperatures = rowTemperatures;
        ops.linearSoftmax(rows, hidden, lmHead, rowTemperatures);
    }

    /** Size of the vocabulary. */
    public int vocabSize() {
        return vocabSize;
    }

    /** A row's weights in proportion to its probabilities: to [vocab]. */
    public void copyWeights(int row, float[] to) {
        System.arraycopy(rows.weights(), row * vocabSize, to, 0, vocabSize);
        for (int block = 0; block < rows.blocks(); block++) {
            float scale = scale(row, block);
            int first = block * BLOCK;
            for (int id = first; scale != 1 && id < first + rows.length(block); id++) {
                to[id] *= scale;
            }
        }
    }

    /** The most probable id, the first of several. */
    public int best(int row) {
        int bestBlock = 0;
        for (int block = 1; block < rows.blocks(); block++) {
            bestBlock = scale(row, block) > scale(row, bestBlock) ? block : bestBlock;
        }
        return bestOf(row, bestBlock);
    }

    /** The id at which the running sum of a row's weights exceeds a threshold below {@link #sum}: only its own block's weights are read. */
    public int idAt(int row, double threshold) {
        int block = 0;
        double rest = threshold;
        while (block < rows.blocks() - 1 && rest >= blockSum(row, block)) {
            rest -= blockSum(row, block++);
        }
        double unscaled = rest / scale(row, block);
        int first = block * BLOCK;
        double sum = 0;
        for (int id = first; id < first + rows.length(block); id++) {
            sum += rows.weights()[row * vocabSize + id];
            if (sum > unscaled) {
                return id;
            }
        }
        return bestOf(row, block); // the block's sum was rounded up
    }

    private int bestOf(int row, int block) {
        float[] weights = rows.weights();
        int at = row * vocabSize;
        int best = block * BLOCK;
        for (int id = best + 1; id < block * BLOCK + rows.length(block); id++) {
            best = weights[at + id] > weights[at + best] ? id : best;
        }
        return best;
    }

    /** Sum of a row's weights. */
    public double sum(int row) {
        double sum = 0;
        for (int block = 0; block < rows.blocks(); block++) {
            sum += blockSum(row, block);
        }
        return sum;
    }

    private float blockSum(int row, int block) {
        return rows.blockSums()[row * rows.blocks() + block];
    }

    private float scale(int row, int block) {
        return rows.scales()[row * rows.blocks() + block];
    }

    /** Natural log of a token's probability at its row's temperature. */
    public double logProb(int row, int id) {
        return Math.log((double) rows.weights()[row * vocabSize + id] * scale(row, id / BLOCK) / sum(row));
    }

    /** Natural log of a token's probability under the model's own distribution. */
    public double modelLogProb(int row, int id) {
        return temperatures[row] * (logProb(row, id) + rows.logSumExps()[2 * row]) - rows.logSumExps()[2 * row + 1];
    }

    /** Whether a row holds numbers only. */
    public boolean isFinite(int row) {
        return Float.isFinite(rows.logSumExps()[2 * row]);
    }
}
