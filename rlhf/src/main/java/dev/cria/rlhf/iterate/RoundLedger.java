package dev.cria.rlhf.iterate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cria.core.io.DurableFiles;
import dev.cria.core.io.FileErrors;
import dev.cria.core.io.InvalidFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code rounds.json}: what is done, and what came from what. */
public final class RoundLedger {
    /** Name of the file in a run directory. */
    public static final String FILE = "rounds.json";

    private final Path file;
    private final List<Entry> entries;

    /**
     * A finished step.
     *
     * @param version from 1
     * @param step such as {@code preferences}
     * @param inputs what it was made from: paths in the run, or fingerprints, by what they are
     * @param output what it made: a path relative to the run
     * @param metrics what was measured
     */
    public record Entry(
            int version, String step, Map<String, String> inputs, String output, Map<String, Double> metrics) {}

    private record Contents(int schemaVersion, List<Entry> steps) {}

    private RoundLedger(Path file, List<Entry> entries) {
        this.file = file;
        this.entries = entries;
    }

    /** The ledger of a run, empty if nothing is done. */
    public static RoundLedger open(Path run) {
        Path file = run.resolve(FILE);
        if (!Files.exists(file)) {
            return new RoundLedger(file, new ArrayList<>());
        }
        try {
            Contents contents = new ObjectMapper().readValue(file.toFile(), Contents.class);
            return new RoundLedger(file, new ArrayList<>(contents.steps()));
        } catch (JsonProcessingException e) {
            throw new InvalidFileException(file, "it is damaged: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot read", file, e);
        }
    }

    /** A step, if it is done. */
    public Optional<Entry> find(int version, String step) {
        return entries.stream()
                .filter(entry -> entry.version() == version && entry.step().equals(step))
                .findFirst();
    }

    /** All finished steps in their order. */
    public List<Entry> entries() {
        return List.copyOf(entries);
    }

    /** Notes a finished step, on the disk before this returns. */
    void add(Entry entry) {
        entries.add(entry);
        try {
            DurableFiles.write(
                    file,
                    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(new Contents(1, entries)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("records of texts and numbers can be written", e);
        }
    }
}
