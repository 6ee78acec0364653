package dev.cria.core.io;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.BufferedOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** The steps from which files that survive a crash are made: flush, rename, flush the directory. */
public final class DurableFiles {
    /** POSIX flushes any open file, directories included; Windows only files opened for writing. */
    private static final boolean POSIX = File.separatorChar == '/';

    private DurableFiles() {}

    /**
     * Writes a small file so that a crash leaves the old contents or the new, never a part: into a hidden sibling,
     * flushed to the disk, then renamed. Missing parent directories are made.
     *
     * @throws java.io.UncheckedIOException if it cannot be written
     */
    public static void write(Path file, byte[] contents) {
        write(file, out -> out.write(contents));
    }

    /** What goes into a file. */
    @FunctionalInterface
    public interface Contents {
        /** Writes all of it. */
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Writes a file of any size in the same way; what fails leaves nothing behind.
     *
     * @throws java.io.UncheckedIOException if it cannot be written
     */
    public static void write(Path file, Contents contents) {
        Path temporary = sibling(file, ".partial");
        try {
            Files.createDirectories(parent(file));
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(temporary))) {
                contents.writeTo(out);
            }
            flush(temporary);
            Files.move(temporary, file, ATOMIC_MOVE);
            flushDirectory(parent(file));
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot write", file, e);
        } finally {
            deleteQuietly(temporary);
        }
    }

    private static void deleteQuietly(Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            // what failed before it says more
        }
    }

    /** Flushes a file's contents to the disk. */
    static void flush(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, POSIX ? READ : WRITE)) {
            channel.force(true);
        }
    }

    /** Flushes a directory's entries to the disk, where the system can do so. */
    static void flushDirectory(Path directory) throws IOException {
        if (POSIX) {
            try (FileChannel channel = FileChannel.open(directory, READ)) {
                channel.force(true);
            }
        }
    }

    /** Flushes every file and directory below {@code root}, and {@code root} itself. */
    static void flushTree(Path root) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile()) {
                    flush(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                    throws IOException {
                if (failure != null) {
                    throw failure;
                }
                flushDirectory(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Deletes a file or a directory with all it holds; links are deleted, not followed. Absence is no error. */
    static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                    throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** The hidden neighbour {@code .NAME + suffix} of a path. */
    static Path sibling(Path path, String suffix) {
        Path name = path.getFileName();
        if (name == null) {
            throw new IllegalArgumentException(path + " has no name to write to; choose a path below it");
        }
        return parent(path).resolve("." + name + suffix);
    }

    /** The directory a path lies in. */
    static Path parent(Path path) {
        Path parent = path.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IllegalArgumentException(path + " is a root directory; choose a path below it");
        }
        return parent;
    }
}
