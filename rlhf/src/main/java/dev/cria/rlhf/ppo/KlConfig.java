package dev.cria.rlhf.ppo;

import static dev.cria.core.config.Ranges.require;

/**
 * The penalty for leaving the reference.
 *
 * @param beta its weight: 0.01 for the paper's smaller models, 0.005 for the larger ones
 * @param target divergence of an answer, in nats, that an adaptive weight aims at (Ziegler et al. 2019); 0 keeps the weight
 *     constant, as in the paper
 * @param horizon answers in which an adaptive weight may change by a fifth
 */
public record KlConfig(double beta, double target, double horizon) {
    private static final double MOST_ERROR = 0.2;

    /** Checks the ranges and names the offending key. */
    public KlConfig {
        require(beta >= 0 && beta < Double.POSITIVE_INFINITY, "beta", beta, "at least 0");
        require(target >= 0 && target < Double.POSITIVE_INFINITY, "target", target, "at least 0");
        require(horizon > 0, "horizon", horizon, "above 0");
    }

    /** A constant weight of 0.01. */
    public static KlConfig defaults() {
        return new KlConfig(0.01, 0, 10_000);
    }

    /** Whether the weight follows the divergence. */
    public boolean isAdaptive() {
        return target > 0;
    }

    /**
     * The weight after some answers: {@code beta * (1 + clip(kl / target - 1, -0.2, 0.2) * answers / horizon)}.
     *
     * @param present the weight these answers were penalised with
     * @param divergence their mean divergence in nats
     * @param answers how many
     */
    public double next(double present, double divergence, int answers) {
        if (!isAdaptive()) {
            return present;
        }
        double error = Math.max(-MOST_ERROR, Math.min(MOST_ERROR, divergence / target - 1));
        return present * (1 + error * answers / horizon);
    }
}
