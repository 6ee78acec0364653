package dev.cria.core.checkpoint;

import dev.cria.core.io.AtomicDirectory;
import dev.cria.core.io.DurableFiles;
import dev.cria.core.io.FileErrors;
import dev.cria.core.io.InvalidFileException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@code checkpoints} folder of a run: one directory {@code step-00000100} per checkpoint, and {@code latest}, a
 * relative symbolic link to the newest, so that any program can open {@code RUN/checkpoints/latest} as a model
 * directory; {@code best} is one to the checkpoint with the lowest held-out loss, where that is kept. Where links cannot
 * be made, they are text files that hold the directory's name; {@link #resolve} understands both.
 */
public final class Checkpoints {
    /** Name of the folder in a run directory. */
    public static final String FOLDER = "checkpoints";

    /** Name of the pointer to the newest checkpoint. */
    public static final String LATEST = "latest";

    /** Name of the pointer to the checkpoint with the lowest held-out loss, where that is kept. */
    public static final String BEST = "best";

    /** Name of the directory of the model that is trained, in a checkpoint that holds several. */
    public static final String POLICY = "policy";

    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
    private static final int MAX_POINTER_BYTES = 64;
    private static final Pattern STEP = Pattern.compile("step-(\\d{8,18})");

    private final Path folder;

    private Checkpoints(Path folder) {
        this.folder = folder;
    }

    /**
     * The checkpoints of a run. What crashed writers left there is removed; nothing is created yet.
     *
     * @throws java.io.UncheckedIOException if the folder cannot be read or cleaned
     */
    public static Checkpoints of(Path run) {
        Path folder = run.resolve(FOLDER);
        AtomicDirectory.cleanUp(folder);
        return new Checkpoints(folder);
    }

    /**
     * Finds the model that a path means: a model directory, a run (its newest checkpoint), a {@code checkpoints} folder or its
     * {@code latest} or {@code best}; of a checkpoint that holds several models, its {@code policy}.
     *
     * @throws InvalidFileException if it means none
     */
    public static Path resolve(Path path) {
        Path checkpoint = resolveCheckpoint(path);
        Path policy = checkpoint.resolve(POLICY);
        return Manifest.existsIn(checkpoint) && Files.isDirectory(policy) ? policy : checkpoint;
    }

    /**
     * Finds the checkpoint that a path means: a checkpoint's directory, a run (its newest checkpoint), a {@code checkpoints}
     * folder or its {@code latest} or {@code best}.
     *
     * @throws InvalidFileException if it means none
     */
    public static Path resolveCheckpoint(Path path) {
        return find(path, Checkpoints::newest);
    }

    /**
     * Finds the checkpoint that a path means as {@link #resolveCheckpoint} does, but of a run the one written last, even if files
     * of it are missing or cut.
     *
     * @throws InvalidFileException if it means none
     */
    public static Path lastWritten(Path path) {
        return find(path, checkpoints -> checkpoints.directories().findFirst());
    }

    private static Path find(Path path, Function<Checkpoints, Optional<Path>> choice) {
        if (Files.isRegularFile(path) && (path.endsWith(LATEST) || path.endsWith(BEST))) {
            return pointedTo(path);
        }
        if (!Files.isDirectory(path)) {
            throw new InvalidFileException(path, "there is no such directory; name a checkpoint or a run");
        }
        if (Files.isDirectory(path.resolve(FOLDER))) {
            return choose(path.resolve(FOLDER), path, choice);
        }
        return path.endsWith(FOLDER) ? choose(path, path, choice) : path;
    }

    /** The checkpoint that a text file names; only one beside the file will do, wherever the file comes from. */
    private static Path pointedTo(Path pointer) {
        String name = startOf(pointer).strip();
        Path checkpoint = STEP.matcher(name).matches() ? pointer.resolveSibling(name) : pointer;
        if (!Files.isDirectory(checkpoint)) {
            throw new InvalidFileException(
                    pointer, "it does not name a checkpoint beside it; name the checkpoint's directory itself");
        }
        return checkpoint;
    }

    private static String startOf(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(MAX_POINTER_BYTES), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot read", file, e);
        }
    }

    private static Path choose(Path folder, Path asked, Function<Checkpoints, Optional<Path>> choice) {
        return choice.apply(new Checkpoints(folder))
                .orElseThrow(() -> new InvalidFileException(asked, "it has no complete checkpoint yet"));
    }

    /** Where the checkpoint of a step lies or will lie. */
    public Path path(long step) {
        return folder.resolve(String.format(Locale.ROOT, "step-%08d", step));
    }

    /**
     * Writes the checkpoint of a step and points {@code latest} to it. One of the same step is replaced.
     *
     * @param contents writes the files into the directory it is given
     * @return the checkpoint's directory
     * @throws java.io.UncheckedIOException if it cannot be written; older checkpoints are then as they were
     */
    public Path save(long step, Consumer<Path> contents) {
        Path target = path(step);
        try (CheckpointWriter writer = CheckpointWriter.replace(target)) {
            contents.accept(writer.directory());
            writer.publish();
        }
        point(LATEST, target);
        return target;
    }

    /**
     * Points {@code best} to a step's checkpoint, and removes all but that and the newest {@code count}. What cannot be
     * done is a warning, since the checkpoints themselves are whole; the next time tries again.
     *
     * @param count at least 1
     * @param best the step of the best checkpoint, where that is kept
     */
    public void tidyUp(int count, OptionalLong best) {
        warnIfItFails(() -> best.ifPresent(this::markBest));
        warnIfItFails(() -> keepLast(count, best));
    }

    private static void warnIfItFails(Runnable tidying) {
        try {
            tidying.run();
        } catch (UncheckedIOException e) {
            LOG.warn("the checkpoints are whole, but could not be tidied up: {}", e.getMessage());
        }
    }

    /** Points {@code best} to the checkpoint of a step, if that is there. */
    public void markBest(long step) {
        if (Files.isDirectory(path(step))) {
            point(BEST, path(step));
        }
    }

    private void point(String pointer, Path target) {
        Path name = folder.relativize(target);
        Path link = folder.resolve("." + pointer);
        try {
            Files.deleteIfExists(link);
            Files.createSymbolicLink(link, name);
            Files.move(link, folder.resolve(pointer), StandardCopyOption.ATOMIC_MOVE);
        } catch (UnsupportedOperationException | IOException e) {
            DurableFiles.write(folder.resolve(pointer), name.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Makes a directory inside a checkpoint that is being written. */
    public static Path makeDirectory(Path directory) {
        try {
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot create", directory, e);
        }
    }

    /** The steps that have a directory here, rising. */
    public List<Long> steps() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(Files::isDirectory)
                    .map(entry -> STEP.matcher(String.valueOf(entry.getFileName())))
                    .filter(Matcher::matches)
                    .map(match -> Long.valueOf(match.group(1)))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot read", folder, e);
        }
    }

    /**
     * The newest checkpoint whose files are all there in their sizes. Their contents are not read; {@link
     * Manifest#requireIntact} does that. A newer one that is passed over is worth a warning: whole ones take their place at once.
     *
     * @throws InvalidFileException if the manifest of one that is looked at is malformed
     */
    public Optional<Path> newest() {
        return directories().filter(Checkpoints::isWhole).findFirst();
    }

    /** The directories of all checkpoints, the newest first. */
    private Stream<Path> directories() {
        return steps().stream().sorted(Comparator.reverseOrder()).map(this::path);
    }

    private static boolean isWhole(Path checkpoint) {
        boolean isWhole = Manifest.isComplete(checkpoint);
        if (!isWhole) {
            LOG.warn("{} is passed over: files of it are missing or cut; `cria verify` names them", checkpoint);
        }
        return isWhole;
    }

    /**
     * Removes all but the newest {@code count} checkpoints.
     *
     * @param count at least 1
     * @throws java.io.UncheckedIOException if one cannot be removed
     */
    public void keepLast(int count) {
        keepLast(count, OptionalLong.empty());
    }

    /** Removes all but the newest {@code count} checkpoints and that of one more step. */
    public void keepLast(int count, OptionalLong besides) {
        if (count < 1) {
            throw new IllegalArgumentException("keepLast must be at least 1, is " + count);
        }
        List<Long> steps = steps();
        steps.subList(0, Math.max(0, steps.size() - count)).stream()
                .filter(step -> besides.isEmpty() || besides.getAsLong() != step)
                .forEach(step -> AtomicDirectory.delete(path(step)));
    }
}
