package dev.cria.rlhf.ppo;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the answers to held-out prompts were worth.
 *
 * @param iteration after which they were written
 * @param reward mean reward, before whitening
 * @param rewardError standard error of that mean
 * @param parts means of its parts
 * @param judge mean score by the judge; null if there is none
 * @param judgeError standard error of that mean
 */
record HeldOutResult(
        long iteration,
        double reward,
        double rewardError,
        Map<String, Double> parts,
        @Nullable Double judge,
        double judgeError) {
    /** What decides which iteration is best: the judge where there is one. */
    double figure() {
        return judge == null ? reward : judge;
    }

    /** The best one so far. */
    static Optional<HeldOutResult> best(List<HeldOutResult> results) {
        return results.stream().max(Comparator.comparingDouble(HeldOutResult::figure));
    }

    /** How many of the last results in a row were no better than what came before them. */
    static int withoutImprovement(List<HeldOutResult> results, double minImprovement) {
        double best = Double.NEGATIVE_INFINITY;
        int count = 0;
        for (HeldOutResult result : results) {
            boolean better = result.figure() > best + minImprovement;
            count = better ? 0 : count + 1;
            best = better ? result.figure() : best;
        }
        return count;
    }
}
