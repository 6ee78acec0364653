package dev.cria.core.train;

/**
 * When checkpoints are written and how many are kept.
 *
 * @param everySteps steps between checkpoints; 0 for one at the end only
 * @param keepLast newest checkpoints to keep
 */
public record CheckpointConfig(long everySteps, int keepLast) {
    /** Checks the ranges and names the offending key. */
    public CheckpointConfig {
        if (everySteps < 0) {
            throw new IllegalArgumentException("everySteps must be at least 0, got " + everySteps);
        }
        if (keepLast < 1) {
            throw new IllegalArgumentException("keepLast must be at least 1, got " + keepLast);
        }
    }

    /** Every 500 steps, the last two kept. */
    public static CheckpointConfig defaults() {
        return new CheckpointConfig(500, 2);
    }

    /** Whether to write after so many steps of the run. */
    boolean isDue(long stepsDone, long steps) {
        return stepsDone == steps || (everySteps > 0 && stepsDone % everySteps == 0);
    }
}
