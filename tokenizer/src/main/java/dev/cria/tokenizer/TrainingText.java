package dev.cria.tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Reads a text file line by line as bytes, with memory for one line. */
final class TrainingText {
    private TrainingText() {}

    /** Takes a line that lies in {@code buffer[start..end-1]}. */
    @FunctionalInterface
    interface LineConsumer {
        void accept(byte[] buffer, int start, int end);
    }

    static void forEachLine(Path file, LineConsumer consumer) {
        try (InputStream in = Files.newInputStream(file)) {
            forEachLine(in, consumer);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e, e);
        }
    }

    private static void forEachLine(InputStream in, LineConsumer consumer) throws IOException {
        byte[] buffer = new byte[1 << 18];
        int kept = 0;
        for (int read = in.read(buffer, 0, buffer.length);
                read >= 0;
                read = in.read(buffer, kept, buffer.length - kept)) {
            int end = kept + read;
            int lineStart = 0;
            for (int i = kept; i < end; i++) {
                if (buffer[i] == '\n') {
                    consumer.accept(buffer, lineStart, i);
                    lineStart = i + 1;
                }
            }
            kept = end - lineStart;
            System.arraycopy(buffer, lineStart, buffer, 0, kept);
            if (kept == buffer.length) {
                buffer = Arrays.copyOf(buffer, Math.multiplyExact(kept, 2));
            }
        }
        if (kept > 0) {
            consumer.accept(buffer, 0, kept);
        }
    }
}
