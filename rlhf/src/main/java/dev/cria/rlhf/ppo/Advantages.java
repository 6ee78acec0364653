package dev.cria.rlhf.ppo;

/**
 * Generalised advantage estimation (Schulman et al. 2016) of one answer.
 *
 * @param advantages [tokens], {@code A[t] = delta[t] + gamma * lambda * A[t+1]} with {@code delta[t] = r[t] + gamma * V[t+1] -
 *     V[t]}; past the end both are 0
 * @param returns [tokens], {@code A[t] + V[t]}: what the value model should have said
 */
public record Advantages(double[] advantages, double[] returns) {
    /**
     * Advantages and returns of one answer.
     *
     * @param rewards [tokens], of each token
     * @param values [tokens], expected sum of rewards from a token on, seen before that token
     * @param gamma discount, 0 to 1
     * @param lambda how far rewards reach back, 0 to 1
     */
    public static Advantages of(double[] rewards, float[] values, double gamma, double lambda) {
        if (rewards.length != values.length) {
            throw new IllegalArgumentException(
                    "%d rewards and %d values do not belong together".formatted(rewards.length, values.length));
        }
        double[] advantages = new double[rewards.length];
        double[] returns = new double[rewards.length];
        double nextAdvantage = 0;
        double nextValue = 0;
        for (int t = rewards.length - 1; t >= 0; t--) {
            double delta = rewards[t] + gamma * nextValue - values[t];
            nextAdvantage = delta + gamma * lambda * nextAdvantage;
            nextValue = values[t];
            advantages[t] = nextAdvantage;
            returns[t] = nextAdvantage + values[t];
        }
        return new Advantages(advantages, returns);
    }
}
