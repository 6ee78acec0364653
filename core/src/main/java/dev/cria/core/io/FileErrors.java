package dev.cria.core.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/** Turns the file system's exceptions, whose messages are often a bare path, into sentences. */
public final class FileErrors {
    private FileErrors() {}

    /**
     * The exception to throw when {@code action} on {@code path} failed.
     *
     * @param action what was tried, such as {@code "cannot read"}
     * @return an exception with the message {@code ACTION PATH: reason}
     */
    public static UncheckedIOException unchecked(String action, Path path, IOException cause) {
        return new UncheckedIOException(action + " " + path + ": " + reason(cause), cause);
    }

    private static String reason(IOException cause) {
        if (cause instanceof NoSuchFileException missing) {
            return "no such file or directory: " + missing.getFile();
        }
        if (cause instanceof AccessDeniedException denied) {
            return "permission denied for " + denied.getFile();
        }
        if (cause instanceof FileAlreadyExistsException existing) {
            return existing.getFile() + " already exists and is not a directory";
        }
        if (cause instanceof NotDirectoryException wrong) {
            return wrong.getFile() + " is not a directory";
        }
        if (cause instanceof DirectoryNotEmptyException full) {
            return full.getFile() + " is not empty";
        }
        String reason = cause instanceof FileSystemException system ? system.getReason() : cause.getMessage();
        return reason == null ? cause.getClass().getSimpleName() : reason;
    }
}
