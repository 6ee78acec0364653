package dev.cria.core.io;

import java.nio.file.Path;

/**
 * A file whose contents are not what they should be: damaged, truncated, hostile or of another kind. The message is one
 * line, {@code FILE: what is wrong; how to mend it}.
 */
public final class InvalidFileException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** An error in {@code file}; {@code problem} says what is wrong and how to mend it. */
    public InvalidFileException(Path file, String problem) {
        super(file + ": " + problem);
    }

    /** An error in {@code file} that another exception revealed. */
    public InvalidFileException(Path file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }
}
