package dev.cria.rlhf.sampling;

import dev.cria.core.io.FileErrors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** A file that grows by lines. What was appended survives a crash; a line that a crash cut short is dropped on opening. */
public final class LineLog implements AutoCloseable {
    private static final int BUFFER = 1 << 16;

    private final Path file;
    private final FileChannel channel;
    private int lines;

    private LineLog(Path file, FileChannel channel, int lines) {
        this.file = file;
        this.channel = channel;
        this.lines = lines;
    }

    /** Begins a file, or goes on with what is there; its directory is made if absent. */
    public static LineLog open(Path file) {
        try {
            Path parent = file.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            return new LineLog(file, channel, keepWholeLines(channel));
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot write", file, e);
        }
    }

    /** Cuts off an unfinished last line; returns the number of lines, and leaves the channel at the end. */
    private static int keepWholeLines(FileChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        int lines = 0;
        long end = 0;
        long at = 0;
        while (channel.read(buffer, at) > 0) {
            buffer.flip();
            while (buffer.hasRemaining()) {
                at++;
                if (buffer.get() == '\n') {
                    lines++;
                    end = at;
                }
            }
            buffer.clear();
        }
        channel.truncate(end);
        channel.position(end);
        return lines;
    }

    /** Number of lines. */
    public int lines() {
        return lines;
    }

    /** Adds lines, which hold no line break, and waits until they are on the disk. */
    public void append(List<String> more) {
        StringBuilder text = new StringBuilder();
        more.forEach(line -> text.append(line).append('\n'));
        ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(false);
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot write", file, e);
        }
        lines += more.size();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot write", file, e);
        }
    }
}
