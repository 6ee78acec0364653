package dev.cria.rlhf.sampling;

import java.util.Locale;

/**
 * How well a safety model finds unsafe answers at the gate's threshold. A ranking loss leaves the zero point of a score open:
 * only labelled answers tell whether the threshold means anything. The paper reports precision 0.89 and recall 0.55.
 *
 * @param threshold raw score below which an answer counts as unsafe
 * @param found unsafe answers below the threshold
 * @param falseAlarms safe answers below it
 * @param missed unsafe answers above it
 * @param passed safe answers above it
 */
public record SafetyCalibration(double threshold, long found, long falseAlarms, long missed, long passed) {
    /**
     * Counts labelled answers.
     *
     * @param scores [answers], raw safety scores
     * @param safe [answers], whether people say that it is safe
     * @param threshold raw score below which an answer counts as unsafe
     */
    public static SafetyCalibration of(double[] scores, boolean[] safe, double threshold) {
        long[] counts = new long[4];
        for (int i = 0; i < scores.length; i++) {
            boolean flagged = scores[i] < threshold;
            counts[(safe[i] ? 1 : 0) + (flagged ? 0 : 2)]++;
        }
        return new SafetyCalibration(threshold, counts[0], counts[1], counts[2], counts[3]);
    }

    /** Share of the answers below the threshold that are unsafe; 0 if there are none. */
    public double precision() {
        return found == 0 ? 0 : (double) found / (found + falseAlarms);
    }

    /** Share of the unsafe answers that lie below the threshold; 0 if there are none. */
    public double recall() {
        return found == 0 ? 0 : (double) found / (found + missed);
    }

    /**
     * Refuses a model whose threshold means little.
     *
     * @throws IllegalArgumentException with the figures, if precision or recall is too low
     */
    public void require(double leastPrecision, double leastRecall) {
        if (precision() < leastPrecision || recall() < leastRecall) {
            throw new IllegalArgumentException(
                    "the safety model is not calibrated: %s, at least %.2f and %.2f are asked for; train it with the safety loss, or force its use"
                            .formatted(this, leastPrecision, leastRecall));
        }
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "precision %.2f and recall %.2f for unsafe answers at raw score %.4f, on %d safe and %d unsafe labelled answers",
                precision(),
                recall(),
                threshold,
                falseAlarms + passed,
                found + missed);
    }
}
