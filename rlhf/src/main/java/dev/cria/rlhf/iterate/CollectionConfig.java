package dev.cria.rlhf.iterate;

import static dev.cria.core.config.Ranges.require;

/**
 * How preferences are collected (paper section 3.2.1): two variants of the model answer each prompt, at different temperatures.
 *
 * @param prompts of a round
 * @param lowTemperature of one of the two answers
 * @param highTemperature of the other
 * @param maxTokens most tokens of an answer
 * @param batchSize comparisons that the annotator gets at once
 * @param heldOut share of each round's preferences kept back to measure reward models on
 */
public record CollectionConfig(
        int prompts, double lowTemperature, double highTemperature, int maxTokens, int batchSize, double heldOut) {
    /** Checks the ranges and names the offending key. */
    public CollectionConfig {
        require(prompts >= 1, "prompts", prompts, "at least 1");
        require(lowTemperature > 0, "lowTemperature", lowTemperature, "above 0");
        require(highTemperature > 0, "highTemperature", highTemperature, "above 0");
        require(maxTokens >= 1, "maxTokens", maxTokens, "at least 1");
        require(batchSize >= 1, "batchSize", batchSize, "at least 1");
        require(heldOut > 0 && heldOut <= 0.5, "heldOut", heldOut, "above 0 and at most 0.5");
    }

    /** 1,000 prompts a round, at temperatures 0.7 and 1; a tenth of the preferences held out. */
    public static CollectionConfig defaults() {
        return new CollectionConfig(1000, 0.7, 1, 256, 64, 0.1);
    }
}
