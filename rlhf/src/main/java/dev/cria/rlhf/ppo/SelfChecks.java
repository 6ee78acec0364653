package dev.cria.rlhf.ppo;

import dev.cria.core.ops.Precision;
import dev.cria.core.train.TrainingFailedException;
import dev.cria.rlhf.sampling.Answer;
import dev.cria.rlhf.sampling.Reward;
import dev.cria.rlhf.sampling.RewardFunction;
import java.util.Arrays;
import java.util.List;

/**
 * What must hold before the first update. Where it does not, training would run all the same and come to nothing, so the run
 * ends with a message instead.
 */
final class SelfChecks {
    private static final double SAME = 1e-5; // single precision, the same batch or one put together otherwise
    private static final int ALONE = 4; // answers that are scored by themselves

    private final double sampledTolerance;
    private final double ratioTolerance;
    private final double scoreTolerance;

    /**
     * Checks for a precision. In bfloat16 a product's roundings depend on its size, so that what is computed in other batches agrees to
     * two digits only.
     */
    SelfChecks(Precision precision) {
        boolean coarse = precision == Precision.BF16;
        sampledTolerance = coarse ? 0.1 : 1e-2; // sampling computes in another order, too
        ratioTolerance = coarse ? 0.1 : SAME;
        scoreTolerance = coarse ? 1e-2 : 1e-4; // relative to 1 and to the score
    }

    /** The log-probabilities they were drawn at are those that training computes. */
    void sampling(RolloutCollector.Collected collected) {
        for (int i = 0; i < collected.answers().size(); i++) {
            float[] sampled = collected.answers().get(i).logProbs();
            float[] computed = collected.rollouts().get(i).logProbs();
            for (int t = 0; t < sampled.length; t++) {
                if (!(Math.abs(sampled[t] - computed[t]) <= sampledTolerance * Math.max(1, Math.abs(computed[t])))) {
                    throw failure(
                            "answer %d, token %d was drawn at log-probability %s, but training computes %s; policy and sampler differ"
                                    .formatted(i, t, sampled[t], computed[t]));
                }
            }
        }
    }

    /** A policy that is its own reference does not diverge from it. */
    static void divergence(List<Rollout> rollouts) {
        for (int i = 0; i < rollouts.size(); i++) {
            float[] policy = rollouts.get(i).logProbs();
            float[] reference = rollouts.get(i).referenceLogProbs();
            for (int t = 0; t < policy.length; t++) {
                if (!(Math.abs(policy[t] - reference[t]) <= SAME * Math.max(1, Math.abs(policy[t])))) {
                    throw failure(
                            "policy and reference are the same model, yet answer %d, token %d has log-probability %s under one and %s under the other"
                                    .formatted(i, t, policy[t], reference[t]));
                }
            }
        }
    }

    /** The tokens' rewards sum to score less penalty; the value model and the advantages are numbers. */
    static void rewards(Experience experience, double beta) {
        for (int i = 0; i < experience.scores().length; i++) {
            Rollout rollout = experience.rollouts().get(i);
            double score = experience.scores()[i];
            double[] rewards = TokenRewards.of(rollout.logProbs(), rollout.referenceLogProbs(), beta, score);
            double expected = score - beta * rollout.divergence();
            double sum = Arrays.stream(rewards).sum();
            if (!(Math.abs(sum - expected) <= 1e-9 * Math.max(1, Math.abs(expected)))) {
                throw failure(
                        "the rewards of answer %d sum to %s, not to score less penalty, %s; are score or log-probabilities numbers?"
                                .formatted(i, sum, expected));
            }
        }
        if (!(isFinite(experience.advantages()))) {
            throw failure("an advantage is not a finite number; is the value model damaged?");
        }
        if (!(isFinite(experience.returns()))) {
            throw failure("a return is not a finite number; is the value model damaged?");
        }
    }

    private static boolean isFinite(List<float[]> rows) {
        for (float x : Experience.flat(rows)) {
            if (!Float.isFinite(x)) {
                return false;
            }
        }
        return true;
    }

    /** Before a step the policy is the one that wrote the answers: every ratio is 1 and nothing is clipped. */
    void ratio(UpdateStatistics before) {
        if (!(before.largestChange() <= ratioTolerance && before.clipped() == 0)) {
            throw failure(
                    "before the first update the ratio of new and old probability must be 1 at every token; it is off by up to %s, and %d tokens are clipped: is something random, such as dropout, in the model?"
                            .formatted(before.largestChange(), before.clipped()));
        }
    }

    /** An answer's reward is the same alone and among others. */
    void batchInvariance(RewardFunction rewards, List<Answer> answers, List<Rollout> rollouts) {
        for (int i = 0; i < Math.min(ALONE, answers.size()); i++) {
            Reward alone = rewards.checkedRewards(answers.subList(i, i + 1)).get(0);
            double among = rollouts.get(i).reward();
            if (!(Math.abs(alone.value() - among) <= scoreTolerance * Math.max(1, Math.abs(among)))) {
                throw failure(
                        "answer %d gets reward %s alone and %s among others; a reward must not depend on the batch"
                                .formatted(i, alone.value(), among));
            }
        }
    }

    private static TrainingFailedException failure(String message) {
        return new TrainingFailedException("self-check before the first update: " + message);
    }
}
