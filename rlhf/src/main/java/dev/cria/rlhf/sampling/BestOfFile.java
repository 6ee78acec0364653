package dev.cria.rlhf.sampling;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cria.core.io.DurableFiles;
import dev.cria.core.io.FileErrors;
import dev.cria.core.io.InvalidFileException;
import dev.cria.sft.JsonItems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Best answers on disk: JSONL, a prompt a line, in the order of the prompts. It grows while they are sampled, and a crash
 * costs no finished line. Beside it {@code NAME.origin.json} says where they come from; only the same work goes on with it.
 */
public final class BestOfFile implements AutoCloseable {
    private static final String ORIGIN = ".origin.json";

    private final LineLog lines;
    private final ObjectMapper mapper = new ObjectMapper();

    private BestOfFile(LineLog lines) {
        this.lines = lines;
    }

    /**
     * Begins a file, or goes on with it.
     *
     * @param file where the lines go
     * @param origin where they come from
     * @param resume whether to go on with a file that is there
     * @throws InvalidFileException if one is there that must not be gone on with, or that is of another origin
     */
    public static BestOfFile open(Path file, SampleOrigin origin, boolean resume) {
        boolean isThere = Files.exists(file);
        if (isThere && !resume) {
            throw new InvalidFileException(file, "it is there already; choose another --output, or go on by --resume");
        }
        if (isThere) {
            SampleOrigin present = readOrigin(file);
            if (!present.equals(origin)) {
                throw new InvalidFileException(
                        file,
                        "it was begun with other settings, prompts or models (%s, now %s); go on with those, or choose another --output"
                                .formatted(present, origin));
            }
        }
        if (!isThere) {
            writeOrigin(file, origin);
        }
        return new BestOfFile(LineLog.open(file));
    }

    /** Says where a file's lines come from. */
    static void writeOrigin(Path file, SampleOrigin origin) {
        try {
            DurableFiles.write(
                    originOf(file),
                    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(origin));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record of texts and numbers can be written", e);
        }
    }

    /** Number of prompts that are done. */
    public int done() {
        return lines.lines();
    }

    /** Adds lines and waits until they are on the disk. */
    void append(List<BestSample> samples) {
        lines.append(samples.stream().map(sample -> sample.toJson(mapper)).toList());
    }

    /**
     * Reads a file.
     *
     * @throws InvalidFileException naming the line that is wrong
     */
    public static List<BestSample> read(Path file) {
        List<BestSample> samples = new ArrayList<>();
        JsonItems.forEach(file, (item, line) -> samples.add(BestSample.parse(item)));
        return samples;
    }

    /**
     * Where a file's lines come from.
     *
     * @throws InvalidFileException if nothing says so
     */
    public static SampleOrigin readOrigin(Path file) {
        Path originFile = originOf(file);
        if (!Files.isRegularFile(originFile)) {
            throw new InvalidFileException(
                    file, "the file %s that says where it comes from is missing".formatted(originFile.getFileName()));
        }
        try {
            JsonNode json = new ObjectMapper().readTree(Files.readAllBytes(originFile));
            return new ObjectMapper().treeToValue(json, SampleOrigin.class);
        } catch (JsonProcessingException e) {
            throw new InvalidFileException(originFile, "it is damaged: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot read", originFile, e);
        }
    }

    private static Path originOf(Path file) {
        return file.resolveSibling(file.getFileName() + ORIGIN);
    }

    @Override
    public void close() {
        lines.close();
    }
}
