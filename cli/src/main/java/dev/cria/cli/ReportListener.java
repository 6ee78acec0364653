package dev.cria.cli;

import dev.cria.core.io.FileErrors;
import dev.cria.core.train.TrainingListener;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes {@code report.html} when a run ends, however it ends. */
final class ReportListener implements TrainingListener {
    private static final Logger LOG = LoggerFactory.getLogger(ReportListener.class);

    private final Path run;

    ReportListener(Path run) {
        this.run = run;
    }

    @Override
    public void close() {
        try {
            RunReport.write(run);
        } catch (IOException e) {
            LOG.warn(
                    "{}",
                    FileErrors.unchecked("cannot write the report of", run, e).getMessage());
        }
    }
}
