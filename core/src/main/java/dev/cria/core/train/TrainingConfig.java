package dev.cria.core.train;

/**
 * Length and reproducibility of a training run.
 *
 * @param steps optimizer steps
 * @param seed of initial weights and data order
 * @param accumulation batches per step; their gradients are weighed by {@link dev.cria.core.data.Batch#weight()}
 * @param activationCheckpointing keep only each block's input and compute the block again on the way back: about a third
 *     more time, a fraction of the memory
 */
public record TrainingConfig(long steps, long seed, int accumulation, boolean activationCheckpointing) {
    /** Checks the ranges and names the offending key. */
    public TrainingConfig {
        if (steps < 1) {
            throw new IllegalArgumentException("steps must be at least 1, got " + steps);
        }
        if (accumulation < 1) {
            throw new IllegalArgumentException("accumulation must be at least 1, got " + accumulation);
        }
    }

    /** 1,000 steps, seed 1, one batch a step. */
    public static TrainingConfig defaults() {
        return new TrainingConfig(1000, 1, 1, false);
    }
}
