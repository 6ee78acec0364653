package dev.cria.rlhf.sampling;

import static dev.cria.core.config.Ranges.require;

import dev.cria.model.generation.Sampling;

/**
 * How the best of several answers is found.
 *
 * @param samples answers to each prompt (K; the paper shows 1 to 100)
 * @param temperature of the sampling: the paper finds 1.2 to 1.3 best for RLHF models, see {@link TemperatureSearch}
 * @param maxTokens most tokens of an answer
 * @param missingEos what to do about answers that were cut off
 * @param penalty taken off a reward for that, in units of the reward
 * @param seed of the answers
 */
public record BestOfConfig(
        int samples, double temperature, int maxTokens, MissingEos missingEos, double penalty, long seed) {
    /** Checks the ranges and names the offending key. */
    public BestOfConfig {
        require(samples >= 1, "samples", samples, "at least 1");
        require(temperature > 0 && temperature < 100, "temperature", temperature, "above 0 and below 100");
        require(maxTokens >= 1, "maxTokens", maxTokens, "at least 1");
        require(penalty >= 0 && penalty < Double.POSITIVE_INFINITY, "penalty", penalty, "at least 0");
    }

    /** The best of 10 at temperature 1, up to 256 tokens; answers that were cut off are never chosen. */
    public static BestOfConfig defaults() {
        return new BestOfConfig(10, 1, 256, MissingEos.EXCLUDE, 1, 1);
    }

    /** This at another temperature. */
    public BestOfConfig withTemperature(double value) {
        return new BestOfConfig(samples, value, maxTokens, missingEos, penalty, seed);
    }

    /** This with another seed. */
    public BestOfConfig withSeed(long value) {
        return new BestOfConfig(samples, temperature, maxTokens, missingEos, penalty, value);
    }

    /** This with excluded answers penalised instead, so that every answer has a reward to compare. */
    BestOfConfig scoringAll() {
        MissingEos instead = missingEos == MissingEos.EXCLUDE ? MissingEos.PENALISE : missingEos;
        return new BestOfConfig(samples, temperature, maxTokens, instead, penalty, seed);
    }

    /** How tokens are drawn: the whole distribution at the temperature. */
    Sampling sampling() {
        return Sampling.plain().withTemperature(temperature).withMaxTokens(maxTokens);
    }
}
