package dev.cria.pretrain.prepare;

import dev.cria.core.io.FileErrors;
import dev.cria.core.io.GzipFiles;
import dev.cria.core.io.InvalidFileException;
import dev.cria.pretrain.TextFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads the documents of one file in order: {@code .jsonl} line by line, anything else whole; {@code .gz} of either. */
final class DocumentReader implements AutoCloseable {
    private static final int BUFFER = 1 << 16;
    private static final int MAX_BYTES = 1 << 30;

    private final Path file;
    private final boolean lines;
    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER];
    private int at;
    private int limit;
    private long line;

    DocumentReader(Path file) {
        this.file = file;
        this.lines = TextFiles.hasLines(file);
        try {
            this.in = GzipFiles.open(file);
        } catch (IOException e) {
            throw TextFiles.unreadable(file, e);
        }
    }

    /** The next document; null at the end. Blank lines are none. */
    @Nullable
    RawDocument next() {
        try {
            if (!lines) {
                return line++ > 0 ? null : new RawDocument(file, 0, until(-1));
            }
            while (fill()) {
                line++;
                byte[] bytes = until('\n');
                if (!isBlank(bytes)) {
                    return new RawDocument(file, line, bytes);
                }
            }
            return null;
        } catch (IOException e) {
            throw TextFiles.unreadable(file, e);
        }
    }

    /** Bytes up to an end, which is read and left out, or up to the end of the file. */
    private byte[] until(int end) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (fill()) {
            int to = at;
            while (to < limit && buffer[to] != end) {
                to++;
            }
            bytes.write(buffer, at, to - at);
            if (bytes.size() > MAX_BYTES) {
                throw new InvalidFileException(
                        file,
                        "a document%s is larger than %d bytes; split it"
                                .formatted(lines ? " in line " + line : "", MAX_BYTES));
            }
            boolean found = to < limit;
            at = found ? to + 1 : to;
            if (found) {
                break;
            }
        }
        return bytes.toByteArray();
    }

    private boolean fill() throws IOException {
        if (at == limit) {
            at = 0;
            limit = Math.max(0, in.read(buffer));
        }
        return limit > 0;
    }

    private static boolean isBlank(byte[] bytes) {
        for (byte b : bytes) {
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot read", file, e);
        }
    }
}
