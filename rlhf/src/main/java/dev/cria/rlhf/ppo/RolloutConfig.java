package dev.cria.rlhf.ppo;

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
        require(batchSize, "batchSize");
        require(maxTokens, "maxTokens");
        require(sequences, "sequences");
    }

    /** The paper's batch of 512, up to 256 tokens each, 64 at once. */
    public static RolloutConfig defaults() {
        return new RolloutConfig(512, 256, 64);
    }

    private static void require(int value, String key) {
        if (value < 1) {
            throw new IllegalArgumentException(key + " must be at least 1, got " + value);
        }
    }
}
