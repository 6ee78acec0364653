package dev.cria.model;

import dev.cria.core.ops.Arena;
import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.TensorOps;

/** Distributions of the next tokens of some sequences, each at a temperature of its own. Memory is kept between steps. */
public final class NextTokens {
    private final int vocabSize;
    private float[] probabilities = {}; // [rows, vocab]
    private float[] logSumExps = {}; // [rows, 2], of the scores over temperature and of the scores
    private float[] temperatures = {}; // [rows]

    /**
     * Distributions over a vocabulary.
     *
     * @param vocabSize of the model
     */
    public NextTokens(int vocabSize) {
        this.vocabSize = vocabSize;
    }

    void take(TensorOps ops, Arena scratch, Tensor scores, float[] rowTemperatures) {
        int rows = rowTemperatures.length;
        int length = Math.toIntExact(scores.length());
        if (probabilities.length < length) {
            probabilities = new float[length];
            logSumExps = new float[2 * rows];
        }
        temperatures = rowTemperatures;
        Tensor logSumExp = scratch.allocate(rows, 2);
        Tensor softmax = scratch.allocate(scores.shape());
        ops.softmax(softmax, logSumExp, scores, rowTemperatures);
        ops.download(probabilities, 0, softmax, length);
        ops.download(logSumExps, 0, logSumExp, 2 * rows);
    }

    /** Size of the vocabulary. */
    public int vocabSize() {
        return vocabSize;
    }

    /** Probabilities at each row's temperature: [rows, vocab]. The caller must not change them. */
    public float[] probabilities() {
        return probabilities;
    }

    /** Natural log of a token's probability under the model's own distribution. */
    public double modelLogProb(int row, int id) {
        double score = temperatures[row] * (Math.log(probabilities[row * vocabSize + id]) + logSumExps[2 * row]);
        return score - logSumExps[2 * row + 1];
    }

    /** Whether a row holds numbers only. */
    public boolean isFinite(int row) {
        return Float.isFinite(logSumExps[2 * row]);
    }
}
