package dev.cria.rlhf.sampling;

import static dev.cria.core.config.Ranges.require;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What answers are rewarded for: a reward model, or two combined as in the paper (see {@link CombinedReward}).
 *
 * @param helpfulness the helpfulness reward model: a model directory, checkpoint or run
 * @param safety the safety reward model; without one helpfulness is all
 * @param threshold raw safety score below which the safety score is the reward
 * @param calibration preference files with safety labels that the safety model has not been trained on: its precision and
 *     recall at the threshold are measured on them
 * @param leastPrecision precision of the safety model below which it is refused
 * @param leastRecall recall below which it is refused
 * @param force whether to use a safety model that is not calibrated
 * @param judge a reward model trained on other data, which watches held-out answers and is never optimised against
 */
public record RewardModelsConfig(
        @Nullable Path helpfulness,
        @Nullable Path safety,
        double threshold,
        List<Path> calibration,
        double leastPrecision,
        double leastRecall,
        boolean force,
        @Nullable Path judge) {
    /** Checks the ranges and names the offending key. */
    public RewardModelsConfig {
        calibration = List.copyOf(calibration);
        require(Double.isFinite(threshold), "threshold", threshold, "a number");
        require(leastPrecision >= 0 && leastPrecision <= 1, "leastPrecision", leastPrecision, "in 0 to 1");
        require(leastRecall >= 0 && leastRecall <= 1, "leastRecall", leastRecall, "in 0 to 1");
    }

    /** The paper's threshold; the safety model must find 40 % of what is unsafe with at least 60 % precision. */
    public static RewardModelsConfig defaults() {
        return new RewardModelsConfig(null, null, CombinedReward.PAPER_THRESHOLD, List.of(), 0.6, 0.4, false, null);
    }

    /** These settings with other models. */
    public RewardModelsConfig withModels(Path useful, @Nullable Path safe) {
        return new RewardModelsConfig(useful, safe, threshold, calibration, leastPrecision, leastRecall, force, judge);
    }
}
