package dev.cria.rlhf.ppo;

import static dev.cria.core.config.Ranges.require;

import dev.cria.core.ops.Precision;

/**
 * Length and reproducibility of a run.
 *
 * @param iterations rollouts with their updates: 200 to 400 in the paper
 * @param valueWarmup first iterations in which the value model alone is trained (open in the paper: none)
 * @param seed of prompts' order, answers and mini-batches
 * @param selfChecks whether the first iteration is checked before anything is updated
 * @param activationCheckpointing keep only each block's input and compute the block again on the way back
 * @param precision of the products with weights
 * @param maxMinutes the run ends after so long, all sittings together; 0 for no limit
 */
public record PpoTrainingConfig(
        long iterations,
        long valueWarmup,
        long seed,
        boolean selfChecks,
        boolean activationCheckpointing,
        Precision precision,
        double maxMinutes) {
    /** Checks the ranges and names the offending key. */
    public PpoTrainingConfig {
        require(iterations >= 1, "iterations", iterations, "at least 1");
        require(valueWarmup >= 0, "valueWarmup", valueWarmup, "at least 0");
        require(maxMinutes >= 0, "maxMinutes", maxMinutes, "at least 0");
    }

    /** The paper's 400 iterations at most. */
    public static PpoTrainingConfig defaults() {
        return new PpoTrainingConfig(400, 0, 1, true, false, Precision.FP32, 0);
    }

    /** These settings with another seed. */
    PpoTrainingConfig withSeed(long value) {
        return new PpoTrainingConfig(
                iterations, valueWarmup, value, selfChecks, activationCheckpointing, precision, maxMinutes);
    }
}
