package dev.cria.rlhf.ppo;

import dev.cria.core.random.CounterRandom;
import dev.cria.model.generation.Sampling;
import dev.cria.rlhf.sampling.Answer;
import dev.cria.rlhf.sampling.AnswerSampler;
import dev.cria.rlhf.sampling.Reward;
import dev.cria.rlhf.sampling.RewardFunction;
import dev.cria.rlhf.sampling.RlPrompt;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Held-out prompts: answered now and then, always with the same random numbers, and never learned from. */
final class HeldOut {
    private final List<RlPrompt> prompts;
    private final AnswerSampler sampler;
    private final RewardFunction rewards;
    private final @Nullable RewardFunction judge;
    private final Sampling sampling;
    private final long seed;

    HeldOut(
            List<RlPrompt> prompts,
            AnswerSampler sampler,
            RewardFunction rewards,
            @Nullable RewardFunction judge,
            int maxTokens,
            long seed) {
        this.prompts = prompts;
        this.sampler = sampler;
        this.rewards = rewards;
        this.judge = judge;
        this.sampling = Sampling.plain().withMaxTokens(maxTokens);
        this.seed = seed;
    }

    boolean isEmpty() {
        return prompts.isEmpty();
    }

    /** Answers with their rewards. */
    record Answered(HeldOutResult result, List<Answer> answers, List<Reward> rewards) {}

    /** Answers all prompts. */
    Answered evaluate(long iteration) {
        List<Answer> answers =
                sampler
                        .sample(
                                prompts,
                                sampling,
                                1,
                                i -> CounterRandom.of(seed, "held out", i).bits(0))
                        .stream()
                        .map(samples -> samples.get(0))
                        .toList();
        List<Reward> given = rewards.checkedRewards(answers);
        double[] values = given.stream().mapToDouble(Reward::value).toArray();
        double[] judged = judge == null
                ? new double[0]
                : judge.checkedRewards(answers).stream()
                        .mapToDouble(Reward::value)
                        .toArray();
        Whitening reward = Whitening.of(values, 1);
        Whitening judgement = Whitening.of(judged, 1);
        double root = Math.sqrt(values.length);
        HeldOutResult result = new HeldOutResult(
                iteration,
                reward.mean(),
                reward.deviation() / root,
                parts(given),
                judge == null ? null : judgement.mean(),
                judge == null ? 0 : judgement.deviation() / root);
        return new Answered(result, answers, given);
    }

    private static Map<String, Double> parts(List<Reward> rewards) {
        Map<String, Double> means = new LinkedHashMap<>();
        for (Reward reward : rewards) {
            reward.parts().forEach((name, value) -> means.merge(name, value / rewards.size(), Double::sum));
        }
        return means;
    }
}
