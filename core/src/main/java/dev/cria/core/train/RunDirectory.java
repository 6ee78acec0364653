package dev.cria.core.train;

import dev.cria.core.config.ConfigText;
import dev.cria.core.io.AtomicDirectory;
import dev.cria.core.io.DurableFiles;
import dev.cria.core.io.FileErrors;
import dev.cria.core.io.InvalidFileException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/**
 * The directory of a run: {@code config.yaml}, {@code metrics.jsonl}, {@code checkpoints/} and what a stage adds. While it is
 * open nobody else can train in it. A run counts as begun once its configuration is written; a directory in which none
 * began is removed again.
 */
public final class RunDirectory implements AutoCloseable {
    /** Name of the resolved configuration's file. */
    public static final String CONFIG = "config.yaml";

    private static final String LOCK = ".lock";

    private final Path path;
    private final boolean isNew;
    private final FileChannel lock;

    private RunDirectory(Path path, boolean isNew, FileChannel lock) {
        this.path = path;
        this.isNew = isNew;
        this.lock = lock;
    }

    /**
     * Makes a run's directory, or enters it again.
     *
     * @param path absent or empty, unless the run is resumed
     * @param resume whether to go on with what is there
     * @throws InvalidFileException if something else is there, another program trains in it, or it cannot be made
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
            return new RunDirectory(path, isNew, lock(path));
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot make the run directory", path, e);
        }
    }

    private static FileChannel lock(Path path) throws IOException {
        FileChannel channel = FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean locked = false;
        try {
            locked = channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            // held by this very program
        } finally {
            if (!locked) {
                channel.close();
            }
        }
        if (!locked) {
            throw new InvalidFileException(
                    path, "another program trains in this run; wait for it, or choose another --output");
        }
        return channel;
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** Writes the resolved configuration: the run has begun. */
    public void writeConfig(Record config) {
        DurableFiles.write(path.resolve(CONFIG), ConfigText.toYaml(config).getBytes(StandardCharsets.UTF_8));
    }

    /** Lets others in, and removes the directory if this sitting made it and no run began. */
    @Override
    public void close() {
        try (lock) {
            Files.deleteIfExists(path.resolve(LOCK));
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot leave the run directory", path, e);
        }
        if (isNew && !Files.exists(path.resolve(CONFIG))) {
            AtomicDirectory.delete(path);
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.allMatch(entry -> entry.endsWith(LOCK));
        }
    }
}
