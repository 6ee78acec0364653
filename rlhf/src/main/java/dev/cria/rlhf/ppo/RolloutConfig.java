package dev.cria.rlhf.ppo;

import static dev.cria.core.config.Ranges.require;

/**
 * How the policy answers. It samples its own distribution: at another temperature, or filtered, what is sampled would not be
 * what is scored.
 *
 * @param batchSize answers of an iteration, each to a prompt of its own as long as there are so many
 * @param maxTokens most tokens of an answer
 * @param sequences most answers written at once
 */
public record RolloutConfig(int batchSize, int maxTokens, int sequences) {
    /** Checks the ranges and names the offending key. */
    public RolloutConfig {
        require(batchSize >= 1, "batchSize", batchSize, "at least 1");
        require(maxTokens >= 1, "maxTokens", maxTokens, "at least 1");
        require(sequences >= 1, "sequences", sequences, "at least 1");
    }

    /** The paper's batch of 512, up to 256 tokens each, 64 at once. */
    public static RolloutConfig defaults() {
        return new RolloutConfig(512, 256, 64);
    }
}
