package dev.cria.rlhf.ppo;

/**
 * How a reward becomes the score of an answer.
 *
 * @param whiten whether rewards get mean 0 and deviation 1 over the answers of an iteration, before the KL penalty, as in the
 *     paper
 * @param missingEos what an answer gets that was cut off before the policy ended it
 * @param missingEosScore that score, in whitened units where rewards are whitened
 */
public record ScoreConfig(boolean whiten, Unended missingEos, double missingEosScore) {
    /** Scores of answers without eos. */
    public enum Unended {
        /** The reward, like any other. */
        REWARD,
        /** A fixed score; such answers do not count in the whitening's statistics. */
        FIXED
    }

    /** Checks the range. */
    public ScoreConfig {
        if (!Double.isFinite(missingEosScore)) {
            throw new IllegalArgumentException("missingEosScore must be a number, got " + missingEosScore);
        }
    }

    /** Whitened; a score of -1 for an answer without eos. */
    public static ScoreConfig defaults() {
        return new ScoreConfig(true, Unended.FIXED, -1);
    }

    boolean isFixed(boolean ended) {
        return !ended && missingEos == Unended.FIXED;
    }
}
