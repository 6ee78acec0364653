package dev.cria.pretrain;

import dev.cria.core.io.FileErrors;
import dev.cria.core.io.InvalidFileException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** What a text file's name says: {@code .jsonl} has a document a line, anything else is one; {@code .gz} is gzip of either. */
public final class TextFiles {
    private static final String GZIP = ".gz";
    private static final String JSONL = ".jsonl";
    private static final int BUFFER = 1 << 16;

    private TextFiles() {}

    /** Whether a file has a document a line. */
    public static boolean hasLines(Path file) {
        String name = file.toString();
        return (isZipped(file) ? name.substring(0, name.length() - GZIP.length()) : name).endsWith(JSONL);
    }

    /** Whether a file is gzip. */
    static boolean isZipped(Path file) {
        return file.toString().endsWith(GZIP);
    }

    /**
     * Opens a file, decompressed if it is gzip.
     *
     * @throws IOException for {@link #unreadable}
     */
    public static InputStream open(Path file) throws IOException {
        InputStream raw = Files.newInputStream(file);
        if (!isZipped(file)) {
            return raw;
        }
        try {
            return new GZIPInputStream(new BufferedInputStream(raw, BUFFER), BUFFER);
        } catch (IOException e) {
            raw.close(); // nobody else can: the header was refused
            throw e;
        }
    }

    /** The exception to throw when opening or reading a file failed. */
    public static RuntimeException unreadable(Path file, IOException cause) {
        return cause instanceof ZipException || cause instanceof EOFException
                ? new InvalidFileException(file, "it is no whole gzip file: " + cause.getMessage(), cause)
                : FileErrors.unchecked("cannot read", file, cause);
    }
}
