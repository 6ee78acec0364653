package dev.cria.rlhf.ppo;

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
        if (everySteps < 0) {
            throw new IllegalArgumentException("everySteps must be at least 0, got " + everySteps);
        }
        if (keepLast < 1) {
            throw new IllegalArgumentException("keepLast must be at least 1, got " + keepLast);
        }
    }

    /** Every 10 iterations, the last two and the best kept. */
    public static PpoCheckpointConfig defaults() {
        return new PpoCheckpointConfig(10, 2, true);
    }
}
