package dev.cria.cli;

import dev.cria.tokenizer.BpeTrainerListener;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A progress bar for tokenizer training on a terminal; elsewhere nothing, since it takes seconds. */
final class TrainerProgress implements BpeTrainerListener, AutoCloseable {
    private final boolean shown;
    private @Nullable ProgressBar bar;
    private String phase = "";

    private TrainerProgress(boolean shown) {
        this.shown = shown;
    }

    /** Progress on stderr if that is a terminal. */
    static TrainerProgress onConsole() {
        return new TrainerProgress(Boolean.getBoolean("cria.terminal"));
    }

    @Override
    public void onProgress(String phase, long done, long total) {
        if (!shown) {
            return;
        }
        if (bar == null || !phase.equals(this.phase)) {
            close();
            this.phase = phase;
            bar = new ProgressBarBuilder()
                    .setTaskName(phase)
                    .setInitialMax(total)
                    .setStyle(ProgressBarStyle.ASCII)
                    .build();
        }
        bar.stepTo(done);
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
