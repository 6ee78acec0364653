package dev.cria.rlhf.ppo;

import java.util.Map;

/**
 * An answer of the policy and what the models say of it. Log-probabilities are recomputed by the forward pass that training
 * uses, so that they agree with it.
 *
 * @param prompt index of the prompt
 * @param tokens [prompt tokens + answer tokens]
 * @param promptLength number of the prompt's tokens
 * @param text the answer
 * @param ended whether the policy ended it by eos
 * @param reward of the answer, before whitening
 * @param parts what the reward was made of
 * @param logProbs [answer tokens], natural logs under the policy that wrote it
 * @param referenceLogProbs [answer tokens], under the reference
 * @param values [answer tokens], the value model's, each seen before its token
 */
public record Rollout(
        int prompt,
        int[] tokens,
        int promptLength,
        String text,
        boolean ended,
        double reward,
        Map<String, Double> parts,
        float[] logProbs,
        float[] referenceLogProbs,
        float[] values) {
    /** Number of the answer's tokens. */
    public int answerLength() {
        return tokens.length - promptLength;
    }

    /** Estimate of the answer's divergence from the reference, in nats. */
    public double divergence() {
        return TokenRewards.divergence(logProbs, referenceLogProbs);
    }
}
