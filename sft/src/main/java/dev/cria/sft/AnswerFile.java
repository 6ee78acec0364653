package dev.cria.sft;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cria.core.io.DurableFiles;
import dev.cria.core.io.FileErrors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A run's {@code answers.jsonl}: objects with the {@code step} they were written at, a line each. */
public final class AnswerFile {
    /** Name of the field that all lines have. */
    public static final String STEP = "step";

    private static final Logger LOG = LoggerFactory.getLogger(AnswerFile.class);

    private final Path file;
    private final ObjectMapper mapper = new ObjectMapper();
    private boolean warned;

    /** The answers of a run. */
    public AnswerFile(Path run) {
        this.file = run.resolve(FineTuning.ANSWERS);
    }

    /**
     * Drops what was written after a step that the run goes on from, and a line that a crash cut short.
     *
     * @throws java.io.UncheckedIOException if the file cannot be read or written
     */
    public void keepUpTo(long step) {
        if (!Files.exists(file)) {
            return;
        }
        String kept = text().lines()
                .filter(line -> isUpTo(step, line))
                .map(line -> line + "\n")
                .collect(Collectors.joining());
        DurableFiles.write(file, kept.getBytes(StandardCharsets.UTF_8));
    }

    /** The file's text. A line may be cut within a character, so what is no UTF-8 is no error. */
    private String text() {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot read", file, e);
        }
    }

    private boolean isUpTo(long step, String line) {
        try {
            JsonNode json = mapper.readTree(line);
            return json.isObject() && json.path(STEP).asLong() <= step;
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    /** Appends lines. A full disk costs them, not the run. */
    public void append(List<ObjectNode> lines) {
        String text = lines.stream().map(line -> line + "\n").collect(Collectors.joining());
        try {
            Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            if (!warned) {
                LOG.warn(
                        "{}; training goes on without",
                        FileErrors.unchecked("cannot write", file, e).getMessage());
                warned = true;
            }
        }
    }
}
