package dev.cria.core.checkpoint;

import dev.cria.core.io.AtomicDirectory;
import java.nio.file.Path;

/**
 * A checkpoint being written. Files go into {@link #directory()}, subdirectories too (one per model of a stage with
 * several); {@link #publish} adds the manifest, flushes everything to the disk and renames the directory to its place.
 * Closed without that, or killed, it leaves no checkpoint, and an older one of that place whole.
 *
 * <pre>{@code
 * try (CheckpointWriter checkpoint = CheckpointWriter.create(path)) {
 *     SafetensorsWriter.write(checkpoint.directory(), "model", tensors, SafetensorsWriter.DEFAULT_SHARD_BYTES);
 *     checkpoint.publish();
 * }
 * }</pre>
 */
public final class CheckpointWriter implements AutoCloseable {
    private final AtomicDirectory directory;

    private CheckpointWriter(AtomicDirectory directory) {
        this.directory = directory;
    }

    /**
     * Begins a checkpoint at a place that must be absent or an empty directory.
     *
     * @throws IllegalArgumentException if something is there already
     * @throws java.io.UncheckedIOException if the directory cannot be made
     */
    public static CheckpointWriter create(Path target) {
        return new CheckpointWriter(AtomicDirectory.create(target));
    }

    /**
     * Begins a checkpoint that replaces the directory at its place, if there is one.
     *
     * @throws java.io.UncheckedIOException if the directory cannot be made
     */
    public static CheckpointWriter replace(Path target) {
        return new CheckpointWriter(AtomicDirectory.replace(target));
    }

    /** Where the files go. */
    public Path directory() {
        return directory.path();
    }

    /**
     * Puts the checkpoint in its place.
     *
     * @throws java.io.UncheckedIOException if that fails; the place is then as it was
     */
    public void publish() {
        Manifest.write(directory.path());
        directory.publish();
    }

    /** Removes what was written unless it was published. */
    @Override
    public void close() {
        directory.close();
    }
}
