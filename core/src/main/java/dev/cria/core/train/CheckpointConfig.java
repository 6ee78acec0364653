package dev.cria.core.train;

import static dev.cria.core.config.Ranges.require;

/**
 * When checkpoints are written and how many are kept.
 *
 * @param everySteps steps between checkpoints; 0 for one at the end only
 * @param everyMinutes minutes between checkpoints, besides those by steps; 0 for none
 * @param keepLast newest checkpoints to keep
 * @param keepBest whether to write a checkpoint at each new lowest held-out loss and keep that one too, as {@code best}
 * @param background whether training goes on while a checkpoint is written, from a copy: as much memory again as weights
 *     and optimizer take
 */
public record CheckpointConfig(
        long everySteps, double everyMinutes, int keepLast, boolean keepBest, boolean background) {
    /** Checks the ranges and names the offending key. */
    public CheckpointConfig {
        require(everySteps >= 0, "everySteps", everySteps, "at least 0");
        require(everyMinutes >= 0, "everyMinutes", everyMinutes, "at least 0");
        require(keepLast >= 1, "keepLast", keepLast, "at least 1");
    }

    /** Checkpoints by steps, written in the background. */
    public CheckpointConfig(long everySteps, int keepLast) {
        this(everySteps, 0, keepLast, false, true);
    }

    /** Every 500 steps, the last two kept, written in the background. */
    public static CheckpointConfig defaults() {
        return new CheckpointConfig(500, 2);
    }

    /**
     * Whether to write after a step.
     *
     * @param stepsDone steps of the run
     * @param minutes since the last checkpoint
     */
    boolean isDue(long stepsDone, double minutes) {
        return (everySteps > 0 && stepsDone % everySteps == 0) || (everyMinutes > 0 && minutes >= everyMinutes);
    }
}
