package dev.cria.pretrain;

import dev.cria.core.io.FileErrors;
import dev.cria.core.io.GzipFiles;
import dev.cria.core.io.InvalidFileException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.zip.ZipException;

/** What a text file's name says: {@code .jsonl} has a document a line, anything else is one; {@code .gz} is gzip of either. */
public final class TextFiles {
    private static final String JSONL = ".jsonl";

    private TextFiles() {}

    /** Whether a file has a document a line. */
    public static boolean hasLines(Path file) {
        return GzipFiles.unzippedName(file).endsWith(JSONL);
    }

    /** The exception to throw when opening or reading a file failed. */
    public static RuntimeException unreadable(Path file, IOException cause) {
        return cause instanceof ZipException || cause instanceof EOFException
                ? new InvalidFileException(file, "it is no whole gzip file: " + cause.getMessage(), cause)
                : FileErrors.unchecked("cannot read", file, cause);
    }
}
