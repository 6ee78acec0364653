package dev.cria.model;

import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.TensorOps;

/** Distributions of the next tokens of some sequences, each at a temperature of its own. Memory is kept between steps. */
public final class NextTokens {
    /** Ids whose weights are added up together, for drawing. */
    public static final int BLOCK = TensorOps.SUM_BLOCK;

    private final int vocabSize;
    private final int blocks; // of a row
    private float[] weights = {}; // [rows, vocab]
    private float[] blockSums = {}; // [rows, blocks]
    private float[] logSumExps = {}; // [rows, 2], of the scores over temperature and of the scores
    private float[] temperatures = {}; // [rows]

    /**
     * Distributions over a vocabulary.
     *
     * @param vocabSize of the model
     */
    public NextTokens(int vocabSize) {
        this.vocabSize = vocabSize;
        this.blocks = TensorOps.sumBlocks(vocabSize);
    }

    void take(TensorOps ops, Tensor scores, float[] rowTemperatures) {
        int rows = rowTemperatures.length;
        int length = Math.toIntExact(scores.length());
        if (weights.length < length) {
            weights = new float[length];
            blockSums = new float[rows * blocks];
            logSumExps = new float[2 * rows];
        }
        temperatures = rowTemperatures;
        ops.softmax(weights, blockSums, logSumExps, scores, rowTemperatures);
    }

    /** Size of the vocabulary. */
    public int vocabSize() {
        return vocabSize;
    }

    /** Weights in proportion to the probabilities at each row's temperature: [rows, vocab]. The caller must not change them. */
    public float[] weights() {
        return weights;
    }

    /** Number of {@link #BLOCK}s of a row, the last of which may be shorter. */
    public int blocks() {
        return blocks;
    }

    /** Sum of a block's weights. */
    public float blockSum(int row, int block) {
        return blockSums[row * blocks + block];
    }

    /** Sum of a row's weights. */
    public double sum(int row) {
        double sum = 0;
        for (int block = 0; block < blocks; block++) {
            sum += blockSum(row, block);
        }
        return sum;
    }

    /** Natural log of a token's probability at its row's temperature. */
    public double logProb(int row, int id) {
        return Math.log(weights[row * vocabSize + id] / sum(row));
    }

    /** Natural log of a token's probability under the model's own distribution. */
    public double modelLogProb(int row, int id) {
        return temperatures[row] * (logProb(row, id) + logSumExps[2 * row]) - logSumExps[2 * row + 1];
    }

    /** Whether a row holds numbers only. */
    public boolean isFinite(int row) {
        return Float.isFinite(logSumExps[2 * row]);
    }
}
