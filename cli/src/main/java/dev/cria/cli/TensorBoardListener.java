package dev.cria.cli;

import dev.cria.core.train.Distribution;
import dev.cria.core.train.StepReport;
import dev.cria.core.train.TensorReport;
import dev.cria.core.train.TrainingListener;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes a TensorBoard event file into the run: {@code tensorboard --logdir RUN}. */
final class TensorBoardListener implements TrainingListener {
    private static final Logger LOG = LoggerFactory.getLogger(TensorBoardListener.class);

    private final Path run;
    private final long histogramsEverySteps;
    private @Nullable EventFile file;

    /**
     * A listener for a run.
     *
     * @param histogramsEverySteps how often to write histograms of weights, gradients and updates; 0 for never
     */
    TensorBoardListener(Path run, long histogramsEverySteps) {
        this.run = run;
        this.histogramsEverySteps = histogramsEverySteps;
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
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("loss/train", report.loss());
        report.validationLoss().ifPresent(loss -> values.put("loss/held_out", loss));
        report.metrics().forEach((name, value) -> values.put("metrics/" + name, value));
        values.put("optimizer/learning_rate", report.learningRate());
        values.put("optimizer/gradient_norm", report.gradientNorm());
        values.put("speed/tokens_per_second", report.tokensPerSecond());
        values.put("speed/data_share", report.dataShare());
        write(open -> open.scalars(System.currentTimeMillis(), report.step(), values));
    }

    @Override
    public long tensorsEverySteps() {
        return histogramsEverySteps;
    }

    @Override
    public void onTensors(long step, List<TensorReport> tensors) {
        Map<String, Distribution> histograms = new LinkedHashMap<>();
        Map<String, Double> ratios = new LinkedHashMap<>();
        for (TensorReport tensor : tensors) {
            histograms.put("weights/" + tensor.name(), tensor.weights());
            histograms.put("gradients/" + tensor.name(), tensor.gradients());
            histograms.put("updates/" + tensor.name(), tensor.updates());
            ratios.put("update_ratio/" + tensor.name(), tensor.updateRatio());
        }
        write(open -> {
            open.histograms(System.currentTimeMillis(), step, histograms);
            open.scalars(System.currentTimeMillis(), step, ratios);
        });
    }

    private void write(Consumer<EventFile> action) {
        EventFile open = file;
        if (open == null) {
            return;
        }
        try {
            action.accept(open);
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
