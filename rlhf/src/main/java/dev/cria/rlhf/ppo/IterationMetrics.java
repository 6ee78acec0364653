package dev.cria.rlhf.ppo;

import dev.cria.rlhf.sampling.CombinedReward;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/** The numbers of an iteration that are reported; means over answers where nothing else is said. */
final class IterationMetrics {
    private static final int GRAM = 4; // tokens of a repeated piece

    private IterationMetrics() {}

    /**
     * Metrics by name.
     *
     * @param experience the answers
     * @param statistics of the gradient steps on them
     * @param beta the penalty's weight
     */
    static Map<String, Double> of(Experience experience, UpdateStatistics statistics, double beta) {
        List<Rollout> rollouts = experience.rollouts();
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("reward", mean(rollouts, Rollout::reward));
        addParts(metrics, rollouts);
        double score = Arrays.stream(experience.scores()).average().orElse(Double.NaN);
        double kl = mean(rollouts, Rollout::divergence);
        metrics.put("score", score);
        metrics.put("kl", kl);
        metrics.put("kl_per_token", kl / mean(rollouts, Rollout::answerLength));
        metrics.put("penalised_score", score - beta * kl);
        metrics.put("beta", beta);
        metrics.put("entropy", -meanOfTokens(rollouts)); // of a token; estimated from the tokens drawn
        metrics.put("value_loss", statistics.perToken(statistics.valueLoss()));
        metrics.put("explained_variance", explainedVariance(experience));
        metrics.put("approximate_kl", statistics.perToken(statistics.approximateKl()));
        double ratio = statistics.perToken(statistics.ratio());
        metrics.put("ratio", ratio);
        metrics.put(
                "ratio_deviation",
                Math.sqrt(Math.max(0, statistics.perToken(statistics.squaredRatio()) - ratio * ratio)));
        metrics.put("clip_fraction", statistics.perToken((double) statistics.clipped()));
        metrics.put("value_clip_fraction", statistics.perToken((double) statistics.valuesClipped()));
        metrics.put("value_grad_norm", statistics.perStep(statistics.valueGradientNorm()));
        metrics.put("answer_length", mean(rollouts, Rollout::answerLength));
        metrics.put("without_eos", mean(rollouts, rollout -> rollout.ended() ? 0 : 1));
        metrics.put("repeated_4_grams", mean(rollouts, IterationMetrics::repeated));
        return metrics;
    }

    /** Means of the parts, and mean and deviation of the reward by the branch that it came from. */
    private static void addParts(Map<String, Double> metrics, List<Rollout> rollouts) {
        Set<String> names = new TreeSet<>();
        rollouts.forEach(rollout -> names.addAll(rollout.parts().keySet()));
        for (String name : names) {
            metrics.put(
                    "reward_" + name, mean(rollouts, rollout -> rollout.parts().getOrDefault(name, 0.0)));
        }
        if (names.contains(CombinedReward.BY_SAFETY)) {
            addBranch(metrics, "safety_branch", rollouts, 1);
            addBranch(metrics, "helpfulness_branch", rollouts, 0);
        }
    }

    private static void addBranch(Map<String, Double> metrics, String name, List<Rollout> rollouts, double flag) {
        double[] rewards = rollouts.stream()
                .filter(rollout -> rollout.parts().getOrDefault(CombinedReward.BY_SAFETY, 0.0) == flag)
                .mapToDouble(Rollout::reward)
                .toArray();
        if (rewards.length > 0) {
            Whitening spread = Whitening.of(rewards, 1);
            metrics.put(name + "_mean", spread.mean());
            metrics.put(name + "_deviation", spread.deviation());
        }
    }

    private static double mean(List<Rollout> rollouts, ToDoubleFunction<Rollout> number) {
        return rollouts.stream().mapToDouble(number).average().orElse(Double.NaN);
    }

    private static double meanOfTokens(List<Rollout> rollouts) {
        double sum = 0;
        long tokens = 0;
        for (Rollout rollout : rollouts) {
            for (float logProb : rollout.logProbs()) {
                sum += logProb;
            }
            tokens += rollout.answerLength();
        }
        return sum / tokens;
    }

    /** Share of the returns' variance that the values foresaw: 1 - var(returns - values) / var(returns); 0 if all are equal. */
    static double explainedVariance(Experience experience) {
        float[] returns = Experience.flat(experience.returns());
        float[] values = Experience.flat(
                experience.rollouts().stream().map(Rollout::values).toList());
        double[] all = new double[returns.length];
        double[] errors = new double[returns.length];
        for (int t = 0; t < all.length; t++) {
            all[t] = returns[t];
            errors[t] = (double) returns[t] - values[t];
        }
        double total = Whitening.of(all, 1).deviation();
        double rest = Whitening.of(errors, 1).deviation();
        return total == 0 ? 0 : 1 - rest * rest / (total * total);
    }

    /** Share of an answer's runs of four tokens that occurred in it before. */
    static double repeated(Rollout rollout) {
        int[] tokens = rollout.tokens();
        int count = rollout.answerLength() - GRAM + 1;
        if (count < 1) {
            return 0;
        }
        Set<List<Integer>> seen = new HashSet<>();
        int repeated = 0;
        for (int t = rollout.promptLength(); t + GRAM <= tokens.length; t++) {
            List<Integer> gram = List.of(tokens[t], tokens[t + 1], tokens[t + 2], tokens[t + 3]);
            repeated += seen.add(gram) ? 0 : 1;
        }
        return (double) repeated / count;
    }
}
