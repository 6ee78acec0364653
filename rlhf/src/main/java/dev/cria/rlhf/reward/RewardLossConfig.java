package dev.cria.rlhf.reward;

import static dev.cria.core.config.Ranges.require;

import org.jspecify.annotations.Nullable;

/**
 * What a reward model is trained to do, see {@link RewardObjective}.
 *
 * @param margin between the two answers, by rating
 * @param safetyWeight weight of the safety loss; empty for 1 where {@code kind} is safety and 0 where it is helpfulness
 * @param centering weight of the centring; 0 for none, 0.01 is usual
 */
public record RewardLossConfig(Margin margin, @Nullable Double safetyWeight, double centering) {
    /** Checks the ranges and names the offending key. */
    public RewardLossConfig {
        require(safetyWeight == null || safetyWeight >= 0, "safetyWeight", safetyWeight, "at least 0");
        require(centering >= 0, "centering", centering, "at least 0");
    }

    /** Small margins, which had the best average in the paper's table 28; the safety loss by kind; no centring. */
    public static RewardLossConfig defaults() {
        return new RewardLossConfig(Margin.SMALL, null, 0);
    }
}
