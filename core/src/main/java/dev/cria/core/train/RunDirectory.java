package dev.cria.core.train;

import dev.cria.core.config.ConfigText;
import dev.cria.core.io.DurableFiles;
import dev.cria.core.io.FileErrors;
import dev.cria.core.io.InvalidFileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The directory of a run: {@code config.yaml}, {@code metrics.jsonl}, {@code checkpoints/} and what a stage adds.
 *
 * @param path where it is
 * @param isNew whether this sitting made it
 */
public record RunDirectory(Path path, boolean isNew) implements AutoCloseable {
    /** Name of the resolved configuration's file. */
    public static final String CONFIG = "config.yaml";

    /**
     * Makes a run's directory, or enters it again.
     *
     * @param path absent or empty, unless the run is resumed
     * @param resume whether to go on with what is there
     * @throws InvalidFileException if something else is there, or it cannot be made
     */
    public static RunDirectory open(Path path, boolean resume) {
        try {
            boolean isNew = !Files.exists(path);
            if (!isNew && !Files.isDirectory(path)) {
                throw new InvalidFileException(path, "it is a file; choose another --output");
            }
            if (!isNew && !resume && !isEmpty(path)) {
                throw new InvalidFileException(
                        path, "the run directory is not empty; choose another --output, or go on with it by --resume");
            }
            Files.createDirectories(path);
            if (!Files.isWritable(path)) {
                throw new InvalidFileException(path, "the run directory cannot be written to; choose another --output");
            }
            return new RunDirectory(path, isNew);
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot make the run directory", path, e);
        }
    }

    /** Writes the resolved configuration. */
    public void writeConfig(Record config) {
        DurableFiles.write(path.resolve(CONFIG), ConfigText.toYaml(config).getBytes(StandardCharsets.UTF_8));
    }

    /** Removes the directory if this sitting made it and nothing was written. */
    @Override
    public void close() {
        try {
            if (isNew && isEmpty(path)) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot remove the empty run directory", path, e);
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.findAny().isEmpty();
        }
    }
}
