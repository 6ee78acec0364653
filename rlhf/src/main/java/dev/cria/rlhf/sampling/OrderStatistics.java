package dev.cria.rlhf.sampling;

import java.util.Arrays;

/** Rewards of the best of N, from more samples than N. */
public final class OrderStatistics {
    private OrderStatistics() {}

    /**
     * The mean of the largest of n over all ways to draw n of the scores without putting back: an unbiased estimate of the
     * expected best of n.
     *
     * @param scores [k]
     * @param n 1 to k
     */
    public static double expectedBest(double[] scores, int n) {
        int k = scores.length;
        if (n < 1 || n > k) {
            throw new IllegalArgumentException("n must be 1 to %d, the number of scores; got %d".formatted(k, n));
        }
        double[] sorted = scores.clone();
        Arrays.sort(sorted);
        double sum = 0;
        double weight = (double) n / k; // of the largest: C(k-1, n-1) / C(k, n)
        for (int i = k - 1; i >= n - 1; i--) {
            sum += weight * sorted[i];
            weight *= i == 0 ? 0 : (double) (i - n + 1) / i; // C(i-1, n-1) / C(i, n-1)
        }
        return sum;
    }
}
