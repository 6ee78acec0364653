package dev.cria.model.generation;

import dev.cria.core.ops.cpu.Exp;
import dev.cria.core.random.CounterRandom;
import dev.cria.model.NextTokens;
import java.util.BitSet;

/**
 * Draws tokens from logits. The draw is a function of the logits, the {@link Sampling}, the stream of random numbers and
 * the position alone. Holds scratch memory: one per thread.
 */
public final class Sampler {
    private static final int SUMMED_AT_ONCE = 256; // weights

    private final int vocabSize;
    private final float[] weights; // [vocab], exp((score - max) / temperature)
    private final TopCandidates top;
    private double kept; // sum of the weights that passed the filters

    /**
     * A sampler.
     *
     * @param vocabSize number of ids to choose from, from 0 up
     */
    public Sampler(int vocabSize) {
        this.vocabSize = vocabSize;
        this.weights = new float[vocabSize];
        this.top = new TopCandidates(vocabSize);
    }

    /**
     * Chooses a token.
     *
     * @param logits holds the scores of the vocabulary
     * @param at where they start
     * @param sampling how to choose
     * @param seen tokens that the sequence, prompt included, has so far: read for the repetition penalty
     * @param random the sequence's own stream
     * @param position index of the token in its sequence
     * @throws IllegalArgumentException if the logits are not numbers
     */
    public SampledToken sample(
            float[] logits, int at, Sampling sampling, BitSet seen, CounterRandom random, long position) {
        System.arraycopy(logits, at, weights, 0, vocabSize);
        boolean penalised = sampling.repetitionPenalty() != 1;
        // The model's own distribution costs a pass of its own only where sampling changes it.
        double logNormalizer = penalised || sampling.temperature() != 1 ? logSumExp(logits, at) : Double.NaN;
        if (penalised) {
            penalise(seen, (float) sampling.repetitionPenalty());
        }
        int best = argMax(weights, 0, vocabSize);
        if (sampling.isGreedy()) {
            return new SampledToken(best, 0, logits[at + best] - logNormalizer);
        }
        float max = weights[best];
        double total = exponentiate(max, (float) Math.min(1 / sampling.temperature(), 1e30));
        if (Double.isNaN(logNormalizer)) {
            logNormalizer = max + Math.log(requireFinite(total));
        }
        int id = choose(total, best, sampling, random.uniform(position));
        return new SampledToken(id, Math.log(weights[id] / kept), logits[at + id] - logNormalizer);
    }

    /**
     * Chooses a token where there is no repetition penalty.
     *
     * @param next distributions at the sampling's temperature, or at 1 if it is greedy
     * @param row which of them
     * @param sampling how to choose
     * @param random the sequence's own stream
     * @param position index of the token in its sequence
     * @throws IllegalArgumentException if the distribution is not of numbers
     */
    public SampledToken sample(NextTokens next, int row, Sampling sampling, CounterRandom random, long position) {
        if (!next.isFinite(row)) {
            requireFinite(Double.NaN);
        }
        int id;
        double logProb = 0;
        if (sampling.isGreedy()) {
            id = next.best(row);
        } else if (isFiltered(sampling)) {
            next.copyWeights(row, weights);
            id = drawFiltered(next.sum(row), sampling, random.uniform(position));
            logProb = Math.log(weights[id] / kept);
        } else {
            id = next.idAt(row, random.uniform(position) * next.sum(row));
            logProb = next.logProb(row, id);
        }
        return new SampledToken(id, logProb, next.modelLogProb(row, id));
    }

    /** Draws by the weights, filtered if that is wanted; sets {@link #kept}. */
    private int choose(double total, int best, Sampling sampling, double uniform) {
        if (isFiltered(sampling)) {
            return drawFiltered(total, sampling, uniform);
        }
        kept = total;
        return draw(uniform * total, best);
    }

    /** Filters the weights and draws from what is left; sets {@link #kept}. */
    private int drawFiltered(double total, Sampling sampling, double uniform) {
        kept = top.select(weights, total, sampling);
        return top.draw(weights, uniform * kept);
    }

    private static boolean isFiltered(Sampling sampling) {
        return sampling.topK() > 0 || sampling.topP() < 1 || sampling.minP() > 0;
    }

    private void penalise(BitSet seen, float penalty) {
        for (int id = seen.nextSetBit(0); id >= 0 && id < vocabSize; id = seen.nextSetBit(id + 1)) {
            weights[id] = weights[id] > 0 ? weights[id] / penalty : weights[id] * penalty;
        }
    }

    /** Turns scores into weights relative to the best one; returns their sum. */
    private double exponentiate(float max, float scale) {
        double total = 0;
        for (int i = 0; i < vocabSize; i++) {
            weights[i] = Exp.exp((weights[i] - max) * scale);
            total += weights[i];
        }
        return total;
    }

    /** The first index from {@code at} on at which the running sum exceeds a threshold; -1 if none does. */
    private static int exceeding(float[] values, int at, int length, double threshold) {
        double sum = 0;
        for (int i = 0; i < length; i++) {
            sum += values[at + i];
            if (sum > threshold) {
                return i;
            }
        }
        return -1;
    }

    /** The first id at which the running sum of the weights exceeds a threshold. */
    private int draw(double threshold, int best) {
        double rest = threshold;
        for (int from = 0; from < vocabSize; from += SUMMED_AT_ONCE) {
            int length = Math.min(SUMMED_AT_ONCE, vocabSize - from);
            double sum = sum(weights, from, from + length);
            int id = sum > rest ? exceeding(weights, from, length, rest) : -1;
            if (id >= 0) {
                return from + id;
            }
            rest = Math.max(0, rest - sum);
        }
        return best; // the threshold was rounded up to the whole sum
    }

    /** Four sums side by side: each addition waits for the one before it. */
    private static double sum(float[] values, int from, int to) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int i = from;
        for (; i + 4 <= to; i += 4) {
            s0 += values[i];
            s1 += values[i + 1];
            s2 += values[i + 2];
            s3 += values[i + 3];
        }
        for (; i < to; i++) {
            s0 += values[i];
        }
        return s0 + s1 + (s2 + s3);
    }

    private static int argMax(float[] scores, int at, int length) {
        int best = 0;
        for (int i = 1; i < length; i++) {
            if (scores[at + i] > scores[at + best]) {
                best = i;
            }
        }
        return best;
    }

    private double logSumExp(float[] logits, int at) {
        float max = logits[at + argMax(logits, at, vocabSize)];
        double sum = 0;
        for (int i = 0; i < vocabSize; i++) {
            sum += Exp.exp(logits[at + i] - max);
        }
        return max + Math.log(requireFinite(sum));
    }

    private static double requireFinite(double sum) {
        if (!(sum < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("the model's logits are not finite; are its weights damaged?");
        }
        return sum;
    }
}
