package dev.cria.core.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cria.core.io.DurableFiles;
import dev.cria.core.io.FileErrors;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes {@code metrics.jsonl}: one object a step. A resumed run drops the lines after the step it goes on from. */
public final class MetricsFile implements TrainingListener {
    /** Name of the file in a run directory. */
    public static final String NAME = "metrics.jsonl";

    private static final Logger LOG = LoggerFactory.getLogger(MetricsFile.class);
    private static final Pattern STEP = Pattern.compile("^\\{\"step\":(\\d{1,18}),");

    private final Path file;
    private boolean warned;
    private final ObjectMapper mapper = new ObjectMapper();
    private @Nullable BufferedWriter writer;
    private long goOnAfter = -1; // the step whose line was the last to stay; -1 before the run has started

    /** The metrics of a run. */
    public MetricsFile(Path run) {
        this.file = run.resolve(NAME);
    }

    /**
     * The steps that a run has noted, up to a line that a crash cut short; none if there is no such file.
     *
     * @throws java.io.UncheckedIOException if the file cannot be read
     */
    public static List<JsonNode> read(Path run) {
        Path file = run.resolve(NAME);
        ObjectMapper mapper = new ObjectMapper();
        List<JsonNode> steps = new ArrayList<>();
        if (!Files.exists(file)) {
            return steps;
        }
        try {
            for (String line : Files.readAllLines(file)) {
                steps.add(mapper.readTree(line));
            }
        } catch (JsonProcessingException e) {
            return steps;
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot read", file, e);
        }
        return steps;
    }

    @Override
    public void onStart(long stepsDone, long totalSteps) {
        goOnAfter = stepsDone;
        open();
    }

    /** The next step drops the lines of those that are done again, and so does each after it until that succeeds. */
    @Override
    public void onRewind(long fromStep, long toStep) {
        close();
        writer = null;
        goOnAfter = toStep;
    }

    /** Drops the lines of later steps, and a last one that a crash cut short. */
    private BufferedWriter open() {
        try {
            if (Files.exists(file)) {
                try (Stream<String> lines = Files.lines(file)) {
                    String kept = lines.filter(line -> isUpTo(goOnAfter, line))
                            .map(line -> line + "\n")
                            .collect(Collectors.joining());
                    DurableFiles.write(file, kept.getBytes(StandardCharsets.UTF_8));
                }
            }
            BufferedWriter opened = Files.newBufferedWriter(
                    file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            writer = opened;
            return opened;
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot write", file, e);
        }
    }

    private static boolean isUpTo(long step, String line) {
        Matcher start = STEP.matcher(line);
        return start.find() && line.endsWith("}") && Long.parseLong(start.group(1)) <= step;
    }

    @Override
    public void onStep(StepReport report) {
        ObjectNode line = mapper.createObjectNode().put("step", report.step()).put("loss", report.loss());
        report.validationLoss().ifPresent(loss -> line.put("val_loss", loss));
        report.metrics().forEach(line::put);
        line.put("lr", report.learningRate())
                .put("grad_norm", report.gradientNorm())
                .put("tokens", report.tokens())
                .put("tokens_per_s", report.tokensPerSecond())
                .put("data_share", report.dataShare())
                .put("elapsed_s", report.elapsedSeconds());
        if (report.health() != StepHealth.GOOD) {
            line.put("health", report.health().name().toLowerCase(Locale.ROOT));
        }
        if (goOnAfter < 0) {
            throw new IllegalStateException("the run has not started");
        }
        try {
            BufferedWriter out = writer == null ? open() : writer;
            out.write(mapper.writeValueAsString(line));
            out.newLine();
            out.flush();
        } catch (UncheckedIOException e) {
            warn(e);
        } catch (IOException e) {
            warn(FileErrors.unchecked("cannot write", file, e));
        }
    }

    /** A full disk costs lines, not the run. */
    private void warn(UncheckedIOException e) {
        if (!warned) {
            LOG.warn("{}; training goes on without", e.getMessage());
            warned = true;
        }
    }

    @Override
    public void close() {
        if (writer != null) {
            try {
                writer.close();
            } catch (IOException e) {
                warn(FileErrors.unchecked("cannot write", file, e));
            }
        }
    }
}
