package dev.cria.rlhf.ppo;

import static dev.cria.core.config.Ranges.require;

/**
 * When checkpoints are written and how many are kept.
 *
 * @param everySteps iterations between checkpoints; 0 for one at the end only
 * @param keepLast newest checkpoints to keep
 * @param keepBest whether to write a checkpoint at each new best evaluation and keep that one too, as {@code best}
 */
public record PpoCheckpointConfig(long everySteps, int keepLast, boolean keepBest) {
    /** Checks the ranges and names the offending key. */
    public PpoCheckpointConfig {
        require(everySteps >= 0, "everySteps", everySteps, "at least 0");
        require(keepLast >= 1, "keepLast", keepLast, "at least 1");
    }

    /** Every 10 iterations, the last two and the best kept. */
    public static PpoCheckpointConfig defaults() {
        return new PpoCheckpointConfig(10, 2, true);
    }
}
