package dev.cria.core.train;

import static dev.cria.core.config.Ranges.require;

import dev.cria.core.ops.Precision;
import java.util.List;
import java.util.function.Predicate;

/**
 * Length and reproducibility of a training run.
 *
 * @param steps optimizer steps
 * @param seed of initial weights and data order
 * @param accumulation batches per step; their gradients are weighed by {@link dev.cria.core.data.Batch#weight()}
 * @param activationCheckpointing keep only each block's input and compute the block again on the way back: about a third
 *     more time, a fraction of the memory
 * @param precision of matrix products: {@code bf16} is faster on CPUs with AMX or AVX512_BF16; weights stay in single precision
 * @param frozen names of weights that are not trained; {@code *} stands for any characters, {@code ?} for one
 * @param averageDecay decay of a running average of the weights, kept beside each checkpoint as a model of its own; 0 for
 *     none
 * @param maxTokens the run ends when it has trained on so many; 0 for no limit
 * @param maxMinutes the run ends after so long, all sittings together; 0 for no limit
 * @param health what to do when the loss goes wrong
 */
public record TrainingConfig(
        long steps,
        long seed,
        int accumulation,
        boolean activationCheckpointing,
        Precision precision,
        List<String> frozen,
        double averageDecay,
        long maxTokens,
        double maxMinutes,
        HealthConfig health) {
    /** Checks the ranges and names the offending key. */
    public TrainingConfig {
        require(steps >= 1, "steps", steps, "at least 1");
        require(accumulation >= 1, "accumulation", accumulation, "at least 1");
        require(averageDecay >= 0 && averageDecay < 1, "averageDecay", averageDecay, "in 0 to below 1");
        require(maxTokens >= 0, "maxTokens", maxTokens, "at least 0");
        require(maxMinutes >= 0, "maxMinutes", maxMinutes, "at least 0");
        frozen = List.copyOf(frozen);
    }

    /** A run of all weights without limits but its steps. */
    public TrainingConfig(long steps, long seed, int accumulation, boolean activationCheckpointing) {
        this(
                steps,
                seed,
                accumulation,
                activationCheckpointing,
                Precision.FP32,
                List.of(),
                0,
                0,
                0,
                HealthConfig.defaults());
    }

    /** 1,000 steps, seed 1, one batch a step. */
    public static TrainingConfig defaults() {
        return new TrainingConfig(1000, 1, 1, false);
    }

    /** Whether a weight of a name is trained. */
    public Predicate<String> trained() {
        return NamePatterns.anyOf(frozen).negate();
    }

    /** This with another number of steps. */
    public TrainingConfig withSteps(long number) {
        return new TrainingConfig(
                number,
                seed,
                accumulation,
                activationCheckpointing,
                precision,
                frozen,
                averageDecay,
                maxTokens,
                maxMinutes,
                health);
    }
}
