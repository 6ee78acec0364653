package dev.cria.core.train;

import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs a line now and then: at evaluations, at checkpoints and every so many steps; those between at level DEBUG. */
public final class LogListener implements TrainingListener {
    private static final Logger LOG = LoggerFactory.getLogger(LogListener.class);

    private final long everySteps;
    private final @Nullable Utilisation utilisation;
    private final RemainingTime remaining = new RemainingTime();

    /**
     * Logs every so many steps.
     *
     * @param everySteps at least 1
     */
    public LogListener(long everySteps) {
        this(everySteps, null);
    }

    /** Logs every so many steps, with the share of the machine that is used. */
    public LogListener(long everySteps, @Nullable Utilisation utilisation) {
        this.everySteps = Math.max(1, everySteps);
        this.utilisation = utilisation;
    }

    @Override
    public void onStart(long stepsDone, long totalSteps) {
        LOG.info(stepsDone == 0 ? "training {} steps" : "going on to step {} from step {}", totalSteps, stepsDone);
    }

    @Override
    public void onStep(StepReport report) {
        String left = remaining.after(report);
        if (report.health() == StepHealth.SKIPPED) {
            LOG.warn(
                    "step {}: the loss ({}) or the gradient norm ({}) is not finite; update skipped, {} so far",
                    report.step(),
                    report.loss(),
                    report.gradientNorm(),
                    report.skipped());
        } else if (report.health() == StepHealth.NO_TARGETS) {
            LOG.warn("step {}: no token of its batches is a target; no update made", report.step());
        } else if (report.health() == StepHealth.SPIKE) {
            LOG.warn("step {}: the loss of {} is a spike", report.step(), report.loss());
        }
        if (report.validationLoss().isPresent() || report.step() % everySteps == 0) {
            LOG.info("{}{}", line(report), speed(report, left));
        } else if (LOG.isDebugEnabled()) {
            LOG.debug("{}{}", line(report), speed(report, left));
        }
    }

    @Override
    public void onRewind(long fromStep, long toStep) {
        LOG.warn("back from step {} to the checkpoint of step {}, on with other data", fromStep, toStep);
    }

    @Override
    public void onCheckpoint(long step, Path directory) {
        LOG.info("checkpoint {}", directory);
    }

    private String speed(StepReport report, String left) {
        return (utilisation == null ? "" : ", " + utilisation.text(report))
                + (left.isEmpty() ? "" : ", " + left + " left");
    }

    private static String line(StepReport report) {
        String validation = report.validationLoss().isPresent()
                ? String.format(
                        Locale.ROOT, ", held out %.4f", report.validationLoss().getAsDouble())
                : "";
        return String.format(
                Locale.ROOT,
                "step %d/%d: loss %.4f%s, rate %.2e, gradient norm %.2f, %.0f tokens/s",
                report.step(),
                report.totalSteps(),
                report.loss(),
                validation,
                report.learningRate(),
                report.gradientNorm(),
                report.tokensPerSecond());
    }
}
