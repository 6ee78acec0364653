package dev.cria.cli;

import dev.cria.core.train.StepReport;
import dev.cria.core.train.TrainingListener;
import dev.cria.core.train.Utilisation;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A progress bar with the losses and the speed, for a terminal. */
final class ProgressListener implements TrainingListener {
    private static final int UPDATE_MILLIS = 200;

    private final @Nullable Utilisation utilisation;
    private @Nullable ProgressBar bar;
    private double validationLoss = Double.NaN;

    /** A bar; the library estimates the time left. */
    ProgressListener(@Nullable Utilisation utilisation) {
        this.utilisation = utilisation;
    }

    @Override
    public void onStart(long stepsDone, long totalSteps) {
        bar = new ProgressBarBuilder()
                .setTaskName("training")
                .setInitialMax(totalSteps)
                .setUpdateIntervalMillis(UPDATE_MILLIS)
                .setStyle(ProgressBarStyle.ASCII)
                .startsFrom(stepsDone, Duration.ZERO)
                .build();
    }

    @Override
    public void onStep(StepReport report) {
        if (bar == null) {
            return;
        }
        validationLoss = report.validationLoss().orElse(validationLoss);
        String held = Double.isNaN(validationLoss) ? "" : String.format(Locale.ROOT, ", held out %.3f", validationLoss);
        String share = utilisation == null ? "" : ", " + utilisation.text(report);
        String skipped = report.skipped() == 0 ? "" : ", skipped " + report.skipped();
        bar.setExtraMessage(String.format(
                Locale.ROOT,
                "loss %.3f%s, %.0f tokens/s%s%s",
                report.loss(),
                held,
                report.tokensPerSecond(),
                share,
                skipped));
        bar.stepTo(report.step());
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
