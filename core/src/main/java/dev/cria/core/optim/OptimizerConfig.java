package dev.cria.core.optim;

import static dev.cria.core.config.Ranges.require;

/**
 * Settings of AdamW, its schedule and clipping; the defaults are those of Llama 2's pretraining (paper section 2.2).
 *
 * @param learningRate peak rate
 * @param warmupSteps steps of linear warmup
 * @param finalLearningRateFraction rate at the end as a fraction of the peak: 0.1 in the paper
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param eps added to the root of the second moment
 * @param weightDecay decoupled decay of matrices
 * @param decayVectors whether norms decay too
 * @param maxGradNorm global norm to which gradients are clipped; 0 for no clipping
 */
public record OptimizerConfig(
        double learningRate,
        long warmupSteps,
        double finalLearningRateFraction,
        double beta1,
        double beta2,
        double eps,
        double weightDecay,
        boolean decayVectors,
        double maxGradNorm) {
    /** Checks the ranges and names the offending key. */
    public OptimizerConfig {
        require(learningRate > 0, "learningRate", learningRate, "above 0");
        require(warmupSteps >= 0, "warmupSteps", warmupSteps, "at least 0");
        require(
                finalLearningRateFraction >= 0 && finalLearningRateFraction <= 1,
                "finalLearningRateFraction",
                finalLearningRateFraction,
                "in 0 to 1");
        require(beta1 >= 0 && beta1 < 1, "beta1", beta1, "in 0 to below 1");
        require(beta2 >= 0 && beta2 < 1, "beta2", beta2, "in 0 to below 1");
        require(eps > 0, "eps", eps, "above 0");
        require(weightDecay >= 0, "weightDecay", weightDecay, "at least 0");
        require(maxGradNorm >= 0, "maxGradNorm", maxGradNorm, "at least 0");
    }

    /** Llama 2's pretraining settings: 3e-4, 2000 steps of warmup, cosine to 10 %, 0.9, 0.95, 1e-5, 0.1, clip at 1. */
    public static OptimizerConfig defaults() {
        return new OptimizerConfig(3e-4, 2000, 0.1, 0.9, 0.95, 1e-5, 0.1, false, 1);
    }

    /** These settings with another peak rate. */
    public OptimizerConfig withLearningRate(double rate) {
        return new OptimizerConfig(
                rate,
                warmupSteps,
                finalLearningRateFraction,
                beta1,
                beta2,
                eps,
                weightDecay,
                decayVectors,
                maxGradNorm);
    }

    /** These settings with another length of warmup. */
    public OptimizerConfig withWarmupSteps(long steps) {
        return new OptimizerConfig(
                learningRate,
                steps,
                finalLearningRateFraction,
                beta1,
                beta2,
                eps,
                weightDecay,
                decayVectors,
                maxGradNorm);
    }
}
