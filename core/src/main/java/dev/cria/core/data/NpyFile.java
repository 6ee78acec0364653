package dev.cria.core.data;

import dev.cria.core.io.FileErrors;
import dev.cria.core.io.InvalidFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/**
 * A one-dimensional {@code .npy} file of integers, mapped into memory for reading at random. It may be of any size; many
 * threads may read at once. The mapping lives until the object is collected.
 */
public final class NpyFile {
    /** A Java buffer ends at 2 GB, so longer files are mapped in windows. A power of two, so that none cuts an element. */
    private static final int WINDOW_SHIFT = 30;

    private final Path file;
    private final NpyType type;
    private final long length;
    private final int windowShift;
    private final ByteBuffer[] windows;

    private NpyFile(Path file, NpyHeader header, int windowShift, ByteBuffer[] windows) {
        this.file = file;
        this.type = header.type();
        this.length = header.length();
        this.windowShift = windowShift;
        this.windows = windows;
    }

    /**
     * Maps a file.
     *
     * @throws InvalidFileException if it is damaged or no flat array of uint16, uint32 or int64
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    public static NpyFile open(Path file) {
        return open(file, WINDOW_SHIFT);
    }

    static NpyFile open(Path file, int windowShift) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            NpyHeader header = NpyHeader.read(file, channel);
            long bytes = header.length() * header.type().bytes();
            long window = 1L << windowShift;
            ByteBuffer[] windows = new ByteBuffer[Math.toIntExact((bytes + window - 1) >> windowShift)];
            for (int i = 0; i < windows.length; i++) {
                long at = (long) i << windowShift;
                windows[i] = channel.map(
                                FileChannel.MapMode.READ_ONLY, header.dataStart() + at, Math.min(window, bytes - at))
                        .order(ByteOrder.LITTLE_ENDIAN);
            }
            return new NpyFile(file, header, windowShift, windows);
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot read", file, e);
        }
    }

    /** The file. */
    public Path file() {
        return file;
    }

    /** The element type. */
    public NpyType type() {
        return type;
    }

    /** Number of elements. */
    public long length() {
        return length;
    }

    /**
     * One element.
     *
     * @throws IndexOutOfBoundsException if there is none
     */
    public long get(long index) {
        Objects.checkIndex(index, length);
        long at = index * type.bytes();
        return element(windows[(int) (at >> windowShift)], offset(at));
    }

    /**
     * Copies {@code count} elements from {@code from} on into an array of ints. Elements of more than 32 bits keep their
     * lower half.
     *
     * @throws IndexOutOfBoundsException if the file or the array has not that many
     */
    public void copy(long from, int count, int[] to, int at) {
        Objects.checkFromIndexSize(from, count, length);
        Objects.checkFromIndexSize(at, count, to.length);
        int done = 0;
        while (done < count) {
            long position = (from + done) * type.bytes();
            ByteBuffer window = windows[(int) (position >> windowShift)];
            int offset = offset(position);
            int part = Math.min(count - done, (window.limit() - offset) / type.bytes());
            copy(window, offset, part, to, at + done);
            done += part;
        }
    }

    private void copy(ByteBuffer window, int offset, int count, int[] to, int at) {
        if (type == NpyType.UINT16) {
            for (int i = 0; i < count; i++) {
                to[at + i] = Short.toUnsignedInt(window.getShort(offset + 2 * i));
            }
        } else {
            for (int i = 0; i < count; i++) {
                to[at + i] = (int) element(window, offset + type.bytes() * i);
            }
        }
    }

    private long element(ByteBuffer window, int offset) {
        return switch (type) {
            case UINT16 -> Short.toUnsignedInt(window.getShort(offset));
            case UINT32 -> Integer.toUnsignedLong(window.getInt(offset));
            case INT64 -> window.getLong(offset);
        };
    }

    private int offset(long position) {
        return (int) (position & ((1L << windowShift) - 1));
    }
}
