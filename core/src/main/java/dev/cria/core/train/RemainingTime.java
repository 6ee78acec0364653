package dev.cria.core.train;

import java.util.Locale;

/** Estimates when a run ends from the time per step of this sitting. */
public final class RemainingTime {
    private long firstStep;
    private double firstSeconds = Double.NaN;

    /** Makes an estimator; give it every step. */
    public RemainingTime() {}

    /** The time left after a step, such as {@code 1:02:03}; empty while nothing is known. */
    public String after(StepReport report) {
        if (Double.isNaN(firstSeconds) || report.step() <= firstStep) {
            firstStep = report.step();
            firstSeconds = report.elapsedSeconds();
            return "";
        }
        double perStep = (report.elapsedSeconds() - firstSeconds) / (report.step() - firstStep);
        long seconds = Math.round(perStep * (report.totalSteps() - report.step()));
        return String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
}
