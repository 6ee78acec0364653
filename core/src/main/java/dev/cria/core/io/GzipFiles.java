package dev.cria.core.io;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** Files that may be compressed: those whose name ends in {@code .gz} are. */
public final class GzipFiles {
    private static final String ENDING = ".gz";
    private static final int BUFFER = 1 << 16;

    private GzipFiles() {}

    /** Whether a file is gzip. */
    public static boolean isZipped(Path file) {
        return file.toString().endsWith(ENDING);
    }

    /** A file's name without the ending that says that it is gzip. */
    public static String unzippedName(Path file) {
        String name = file.toString();
        return isZipped(file) ? name.substring(0, name.length() - ENDING.length()) : name;
    }

    /**
     * Opens a file, decompressed if it is gzip.
     *
     * @throws IOException if it cannot be opened, or is no gzip though its name says so
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
}
