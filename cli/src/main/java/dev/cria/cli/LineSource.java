package dev.cria.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lines of bytes from a file or from standard input; what is no valid UTF-8 is left as it is. */
final class LineSource implements AutoCloseable {
    private final InputStream in;

    private LineSource(InputStream in) {
        this.in = new BufferedInputStream(in, 1 << 16);
    }

    /** The lines of a file, or of standard input if there is none. */
    static LineSource of(@Nullable Path file) throws IOException {
        return new LineSource(file == null ? System.in : Files.newInputStream(file));
    }

    /** The next lines, up to {@code count}; none at the end. */
    List<byte[]> next(int count) throws IOException {
        List<byte[]> lines = new ArrayList<>();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        boolean open = false;
        while (lines.size() < count) {
            int b = in.read();
            if (b == '\n' || (b < 0 && open)) {
                lines.add(line.toByteArray());
                line.reset();
            } else if (b >= 0) {
                line.write(b);
            }
            open = b >= 0 && b != '\n';
            if (b < 0) {
                break;
            }
        }
        return lines;
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
