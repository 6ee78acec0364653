package dev.cria.core.data;

import dev.cria.core.io.FileErrors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes a one-dimensional {@code .npy} file of integers whose length is known only at the end: {@link #close} puts it
 * into the header. Until then the header says that the array is empty, so a half-written file is refused.
 */
public final class NpyWriter implements AutoCloseable {
    private static final int BUFFER = 1 << 16;

    private final Path file;
    private final NpyType type;
    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
    private long length;

    /**
     * Creates a file, replacing it.
     *
     * @throws java.io.UncheckedIOException if it cannot be made
     */
    public NpyWriter(Path file, NpyType type) {
        this.file = file;
        this.type = type;
        try {
            this.channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
            buffer.put(NpyHeader.encode(type, 0));
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot write", file, e);
        }
    }

    /** Number of elements so far. */
    public long length() {
        return length;
    }

    /**
     * Appends one element.
     *
     * @throws IllegalArgumentException if the type does not hold it
     * @throws java.io.UncheckedIOException if it cannot be written
     */
    public void append(long value) {
        if (value < 0 || value > type.max()) {
            throw new IllegalArgumentException("%s: %d does not fit into %s".formatted(file, value, type.descr()));
        }
        if (buffer.remaining() < type.bytes()) {
            drain();
        }
        switch (type) {
            case UINT16 -> buffer.putShort((short) value);
            case UINT32 -> buffer.putInt((int) value);
            case INT64 -> buffer.putLong(value);
        }
        length++;
    }

    private void drain() {
        try {
            buffer.flip();
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            buffer.clear();
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot write", file, e);
        }
    }

    /**
     * Completes the file.
     *
     * @throws java.io.UncheckedIOException if it cannot be written
     */
    @Override
    public void close() {
        if (!channel.isOpen()) {
            return;
        }
        try (channel) {
            drain();
            channel.write(NpyHeader.encode(type, length), 0);
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot write", file, e);
        }
    }
}
