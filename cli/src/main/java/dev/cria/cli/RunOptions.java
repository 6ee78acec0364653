package dev.cria.cli;

import dev.cria.core.config.ConfigLoader;
import dev.cria.core.config.ConfigText;
import dev.cria.core.train.LogListener;
import dev.cria.core.train.RunDirectory;
import dev.cria.core.train.TrainingDashboard;
import dev.cria.core.train.TrainingListener;
import dev.cria.core.train.Utilisation;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of every command that trains. */
final class RunOptions {
    private static final DateTimeFormatter TIMESTAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);
    private static final long PLAIN_LINES = 50; // steps between log lines where there is no progress bar

    @Option(names = "--config", paramLabel = "FILE", description = "YAML or JSON configuration.")
    private @Nullable Path config;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Overrides a key, such as optimizer.learningRate=1e-3. May be repeated.")
    private List<String> settings = new ArrayList<>();

    @Option(names = "--output", paramLabel = "RUN", description = "Run directory; by default a fresh one under runs/.")
    private @Nullable Path output;

    @Option(names = "--resume", description = "Go on with the run in --output.")
    private boolean resume;

    @Option(names = "--print-config", description = "Print the resolved configuration and end.")
    private boolean printConfig;

    @Option(
            names = "--histograms",
            defaultValue = "0",
            paramLabel = "STEPS",
            description = "Write histograms of weights, gradients and updates for TensorBoard every so many steps.")
    private long histograms;

    @Option(names = "--ui", description = "Show the run in a browser while it trains.")
    private boolean ui;

    @Option(
            names = "--ui-port",
            defaultValue = "9000",
            paramLabel = "PORT",
            description = "Where --ui serves; by default ${DEFAULT-VALUE}.")
    private int uiPort;

    boolean resume() {
        return resume;
    }

    /** Prints the configuration if that is all that is asked for; returns whether it was. */
    boolean printed(Supplier<? extends Record> resolved, PrintWriter out) {
        if (printConfig) {
            out.print(ConfigText.toYaml(resolved.get()));
            out.flush();
        }
        return printConfig;
    }

    /** The run directory, not yet made. */
    Path output(String command) {
        if (output != null) {
            return output;
        }
        if (resume) {
            throw new IllegalArgumentException("--resume needs --output RUN, the run to go on with");
        }
        return Path.of(
                "runs",
                command + "-" + LocalDateTime.now(ZoneId.systemDefault()).format(TIMESTAMP));
    }

    /** Adds the file and the overrides; a resumed run without {@code --config} goes on with its own. */
    <T extends Record> ConfigLoader<T> addTo(ConfigLoader<T> loader) {
        Path file = config;
        if (file == null && resume && output != null && Files.exists(output.resolve(RunDirectory.CONFIG))) {
            file = output.resolve(RunDirectory.CONFIG);
        }
        return (file == null ? loader : loader.file(file)).set(settings);
    }

    /** Shows progress: a bar on a terminal, lines otherwise. */
    static List<TrainingListener> progress() {
        return progress(null);
    }

    /** Shows progress, with the share of the machine that is used. */
    static List<TrainingListener> progress(@Nullable Utilisation utilisation) {
        return Boolean.getBoolean("cria.terminal") // set by the launcher
                ? List.of(new ProgressListener(utilisation))
                : List.of(new LogListener(PLAIN_LINES, utilisation));
    }

    /** Progress, the TensorBoard file, the report and, if asked for, pages in a browser. */
    List<TrainingListener> watching(Path run, @Nullable Utilisation utilisation) {
        List<TrainingListener> listeners = new ArrayList<>(progress(utilisation));
        listeners.add(new TensorBoardListener(run, histograms));
        listeners.add(new ReportListener(run));
        if (ui) {
            listeners.add(dashboard().show(String.valueOf(run.toAbsolutePath().getFileName()), uiPort));
        }
        return listeners;
    }

    private static TrainingDashboard dashboard() {
        return ServiceLoader.load(TrainingDashboard.class)
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException(
                                "--ui needs the module cria-ui on the class path; ./cria puts it there, a program of your own depends on it"));
    }
}
