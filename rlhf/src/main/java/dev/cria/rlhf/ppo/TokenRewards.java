package dev.cria.rlhf.ppo;

/**
 * Rewards of the tokens of an answer: the score at its last token, and at each token the penalty for leaving the reference,
 * {@code -beta * (log pi(token) - log pi0(token))}. Their sum is the paper's {@code R~c - beta * KL} (equation 4) with the
 * single-sample estimate of the divergence, which is unbiased and may be negative.
 */
public final class TokenRewards {
    private TokenRewards() {}

    /**
     * Rewards of one answer.
     *
     * @param logProbs [tokens], natural logs under the policy that wrote it
     * @param referenceLogProbs [tokens], the same under the reference
     * @param beta weight of the penalty
     * @param score of the whole answer
     * @return [tokens]
     * @throws IllegalArgumentException if the answer is empty or the two disagree in length
     */
    public static double[] of(float[] logProbs, float[] referenceLogProbs, double beta, double score) {
        if (logProbs.length == 0 || logProbs.length != referenceLogProbs.length) {
            throw new IllegalArgumentException(
                    "an answer needs at least one token and a log-probability of each from policy and reference, got %d and %d"
                            .formatted(logProbs.length, referenceLogProbs.length));
        }
        double[] rewards = new double[logProbs.length];
        for (int t = 0; t < rewards.length; t++) {
            rewards[t] = -beta * ((double) logProbs[t] - referenceLogProbs[t]);
        }
        rewards[rewards.length - 1] += score;
        return rewards;
    }

    /** Sum over the tokens of {@code log pi - log pi0}: the estimate k1 of an answer's divergence, in nats. */
    public static double divergence(float[] logProbs, float[] referenceLogProbs) {
        double sum = 0;
        for (int t = 0; t < logProbs.length; t++) {
            sum += (double) logProbs[t] - referenceLogProbs[t];
        }
        return sum;
    }
}
