package dev.cria.core.io;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A directory that appears with everything in it, or not at all. It is filled as a hidden sibling {@code .NAME.partial}
 * of its target; {@link #publish} flushes every file and renames it. Closed without that, it is removed.
 *
 * <pre>{@code
 * try (AtomicDirectory directory = AtomicDirectory.create(target)) {
 *     Files.writeString(directory.path().resolve("config.json"), json);
 *     directory.publish();
 * }
 * }</pre>
 *
 * <p>A crash leaves the sibling behind; the next writer of the same target removes it, {@link #cleanUp} those of a whole
 * folder. Replacing sets the old directory aside as {@code .NAME.replaced} between two renames; a crash there is mended
 * by putting it back. One process may write a target at a time.
 */
public final class AtomicDirectory implements AutoCloseable {
    private static final String PARTIAL = ".partial";
    private static final String REPLACED = ".replaced";

    private final Path target;
    private final Path partial;
    private boolean published;

    private AtomicDirectory(Path target) {
        this.target = target;
        this.partial = DurableFiles.sibling(target, PARTIAL);
    }

    /**
     * Begins a directory whose target must be absent or empty.
     *
     * @throws IllegalArgumentException if the target holds something already
     * @throws java.io.UncheckedIOException if it cannot be made
     */
    public static AtomicDirectory create(Path target) {
        AtomicDirectory directory = begin(target);
        if (Files.exists(target) && !isEmptyDirectory(target)) {
            directory.close();
            throw new IllegalArgumentException(target + " exists already; choose another place or remove it");
        }
        return directory;
    }

    /**
     * Begins a directory that takes the place of its target when published, if there is one.
     *
     * @throws java.io.UncheckedIOException if it cannot be made
     */
    public static AtomicDirectory replace(Path target) {
        return begin(target);
    }

    private static AtomicDirectory begin(Path target) {
        AtomicDirectory directory = new AtomicDirectory(target);
        try {
            recover(target);
            Files.createDirectories(directory.partial);
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot create", target, e);
        }
        return directory;
    }

    /** The directory to write into. Its place changes when it is published. */
    public Path path() {
        return partial;
    }

    /**
     * Flushes everything to the disk and renames the directory to its target.
     *
     * @throws java.io.UncheckedIOException if that fails; the target is then as it was
     */
    public void publish() {
        Path replaced = DurableFiles.sibling(target, REPLACED);
        try {
            DurableFiles.flushTree(partial);
            if (Files.exists(target) && !isEmptyDirectory(target)) {
                Files.move(target, replaced, ATOMIC_MOVE);
            }
            Files.move(partial, target, ATOMIC_MOVE);
            published = true;
            DurableFiles.flushDirectory(DurableFiles.parent(target));
            DurableFiles.deleteTree(replaced);
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot publish", target, e);
        }
    }

    /** Removes what was written unless it was published. */
    @Override
    public void close() {
        if (!published) {
            try {
                recover(target);
            } catch (IOException e) {
                throw FileErrors.unchecked("cannot remove", partial, e);
            }
        }
    }

    /**
     * Removes a directory so that a crash on the way leaves none that looks whole. Absence is no error.
     *
     * @throws java.io.UncheckedIOException if it cannot be removed
     */
    public static void delete(Path directory) {
        Path partial = DurableFiles.sibling(directory, PARTIAL);
        try {
            DurableFiles.deleteTree(partial);
            if (Files.exists(directory)) {
                Files.move(directory, partial, ATOMIC_MOVE);
                DurableFiles.deleteTree(partial);
            }
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot remove", directory, e);
        }
    }

    /**
     * Removes or mends what crashed writers left in a folder. An absent folder is no error.
     *
     * @throws java.io.UncheckedIOException if the folder cannot be read or written
     */
    public static void cleanUp(Path folder) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path entry : entries.toList()) {
                String name = String.valueOf(entry.getFileName());
                for (String suffix : List.of(PARTIAL, REPLACED)) {
                    if (name.startsWith(".") && name.endsWith(suffix) && name.length() > 1 + suffix.length()) {
                        recover(folder.resolve(name.substring(1, name.length() - suffix.length())));
                    }
                }
            }
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot clean up", folder, e);
        }
    }

    private static void recover(Path target) throws IOException {
        Path replaced = DurableFiles.sibling(target, REPLACED);
        if (Files.exists(replaced) && !Files.exists(target)) {
            Files.move(replaced, target, ATOMIC_MOVE);
        }
        DurableFiles.deleteTree(replaced);
        DurableFiles.deleteTree(DurableFiles.sibling(target, PARTIAL));
    }

    private static boolean isEmptyDirectory(Path path) {
        if (!Files.isDirectory(path)) {
            return false;
        }
        try (Stream<Path> entries = Files.list(path)) {
            return entries.findAny().isEmpty();
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot read", path, e);
        }
    }
}
