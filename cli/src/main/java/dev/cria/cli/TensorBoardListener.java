package dev.cria.cli;

import dev.cria.core.train.StepReport;
import dev.cria.core.train.TrainingListener;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes a TensorBoard event file into the run: {@code tensorboard --logdir RUN}. */
final class TensorBoardListener implements TrainingListener {
    private static final Logger LOG = LoggerFactory.getLogger(TensorBoardListener.class);

    private final Path run;
    private @Nullable EventFile file;

    TensorBoardListener(Path run) {
        this.run = run;
    }

    @Override
    public void onStart(long stepsDone, long totalSteps) {
        file = EventFile.create(run, System.currentTimeMillis());
        if (stepsDone > 0) {
            file.restart(System.currentTimeMillis(), stepsDone + 1);
        }
    }

    @Override
    public void onStep(StepReport report) {
        if (file == null) {
            return;
        }
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("loss/train", report.loss());
        report.validationLoss().ifPresent(loss -> values.put("loss/held_out", loss));
        report.metrics().forEach((name, value) -> values.put("metrics/" + name, value));
        values.put("optimizer/learning_rate", report.learningRate());
        values.put("optimizer/gradient_norm", report.gradientNorm());
        values.put("speed/tokens_per_second", report.tokensPerSecond());
        values.put("speed/data_share", report.dataShare());
        try {
            file.scalars(System.currentTimeMillis(), report.step(), values);
        } catch (UncheckedIOException e) {
            LOG.warn("{}; training goes on without", e.getMessage()); // a full disk costs curves, not the run
            file = null;
        }
    }

    @Override
    public void onRewind(long fromStep, long toStep) {
        if (file != null) {
            file.restart(System.currentTimeMillis(), toStep + 1);
        }
    }

    @Override
    public void close() {
        if (file != null) {
            file.close();
        }
    }
}
