package dev.cria.rlhf.iterate;

import java.util.Locale;

/**
 * How often one model's answer is better than another's. A tie is half a win.
 *
 * @param wins answers that were better
 * @param ties answers that were neither
 * @param losses answers that were worse
 */
public record WinRate(int wins, int ties, int losses) {
    private static final double Z = 1.959963984540054; // of a two-sided 95 % interval

    /** Checks that something was compared. */
    public WinRate {
        if (wins < 0 || ties < 0 || losses < 0 || wins + ties + losses == 0) {
            throw new IllegalArgumentException("a win rate needs at least one comparison");
        }
    }

    /**
     * Compares scores.
     *
     * @param first [prompts], of the model that wins or loses
     * @param second [prompts], of the other
     */
    public static WinRate of(double[] first, double[] second) {
        int wins = 0;
        int losses = 0;
        for (int i = 0; i < first.length; i++) {
            wins += first[i] > second[i] ? 1 : 0;
            losses += first[i] < second[i] ? 1 : 0;
        }
        return new WinRate(wins, first.length - wins - losses, losses);
    }

    /** Number of comparisons. */
    public int count() {
        return wins + ties + losses;
    }

    /** The rate, 0 to 1. */
    public double rate() {
        return (wins + 0.5 * ties) / count();
    }

    /** Standard error of the rate. */
    public double standardError() {
        double n = count();
        double rate = rate();
        double variance = (wins * square(1 - rate) + ties * square(0.5 - rate) + losses * square(rate)) / n;
        return Math.sqrt(variance / n);
    }

    private static double square(double x) {
        return x * x;
    }

    /** Lower end of the 95 % interval (Wilson 1927, ties counted as half). */
    public double lower() {
        return centre() - halfWidth();
    }

    /** Upper end of the 95 % interval. */
    public double upper() {
        return centre() + halfWidth();
    }

    private double centre() {
        double n = count();
        return (rate() + Z * Z / (2 * n)) / (1 + Z * Z / n);
    }

    private double halfWidth() {
        double n = count();
        double rate = rate();
        return Z / (1 + Z * Z / n) * Math.sqrt(rate * (1 - rate) / n + Z * Z / (4 * n * n));
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%.1f %% wins, 95 %% interval %.1f to %.1f %%, of %d (%d wins, %d ties, %d losses)",
                100 * rate(),
                100 * lower(),
                100 * upper(),
                count(),
                wins,
                ties,
                losses);
    }
}
