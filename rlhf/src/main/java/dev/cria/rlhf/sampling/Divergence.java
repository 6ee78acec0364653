package dev.cria.rlhf.sampling;

import dev.cria.core.random.CounterRandom;
import dev.cria.model.generation.Sampling;
import java.util.List;

/**
 * How far a policy has gone from a reference: the Kullback-Leibler divergence, estimated on answers of the policy's own as the mean of
 * {@code log pi - log pi0}.
 *
 * @param perToken nats, over all tokens of all answers, their eos included
 * @param perAnswer nats, over all answers
 */
public record Divergence(double perToken, double perAnswer) {
    /**
     * Lets the policy answer each prompt once, at temperature 1, and scores its tokens by both models.
     *
     * @param policy writes the answers
     * @param reference reads them; must have the same tokenizer
     * @param prompts what is asked, at least one
     * @param maxTokens most tokens of an answer
     * @param seed of the answers
     */
    public static Divergence of(
            PolicyModel policy, PolicyModel reference, List<RlPrompt> prompts, int maxTokens, long seed) {
        Sampling sampling = Sampling.plain().withMaxTokens(maxTokens);
        List<Answer> answers =
                policy
                        .sampler()
                        .sample(
                                prompts,
                                sampling,
                                1,
                                i -> CounterRandom.of(seed, "divergence", i).bits(0))
                        .stream()
                        .map(samples -> samples.get(0))
                        .toList();
        double nats = sum(policy.logProbs(answers)) - sum(reference.logProbs(answers));
        long tokens = answers.stream().mapToLong(answer -> answer.ids().length).sum();
        return new Divergence(nats / tokens, nats / answers.size());
    }

    private static double sum(List<float[]> logProbs) {
        double sum = 0;
        for (float[] answer : logProbs) {
            for (float logProb : answer) {
                sum += logProb;
            }
        }
        return sum;
    }
}
