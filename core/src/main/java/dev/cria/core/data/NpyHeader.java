package dev.cria.core.data;

import dev.cria.core.io.InvalidFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The header of a one-dimensional {@code .npy} file: a magic number, a version, a length, then a Python dictionary.
 *
 * @param type the element type
 * @param length number of elements
 * @param dataStart byte of the file where the data begin
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">the format</a>
 */
record NpyHeader(NpyType type, long length, int dataStart) {
    /** Size of the headers written here: enough for any length, and NumPy's own size for short shapes. */
    static final int BYTES = 128;

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int PREFIX = 10;
    private static final Pattern DICTIONARY = Pattern.compile(
            "\\{'descr': '([^']{1,20})', 'fortran_order': (?:True|False), 'shape': \\((\\d{1,18}),\\),? ?\\} *\n");

    /** A version 1.0 header of {@link #BYTES} bytes. */
    static ByteBuffer encode(NpyType type, long length) {
        String dictionary = "{'descr': '" + type.descr() + "', 'fortran_order': False, 'shape': (" + length + ",), }";
        String padded = dictionary + " ".repeat(BYTES - PREFIX - 1 - dictionary.length()) + "\n";
        return ByteBuffer.allocate(BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(MAGIC)
                .put((byte) 1)
                .put((byte) 0)
                .putShort((short) (BYTES - PREFIX))
                .put(padded.getBytes(StandardCharsets.US_ASCII))
                .flip();
    }

    /** Reads and checks a header against the file's size. */
    static NpyHeader read(Path file, FileChannel channel) throws IOException {
        ByteBuffer prefix = bytes(file, channel, 0, PREFIX);
        for (byte magic : MAGIC) {
            if (prefix.get() != magic) {
                throw new InvalidFileException(file, "it is no .npy file");
            }
        }
        int version = prefix.getShort();
        if (version != 1) {
            throw new InvalidFileException(
                    file,
                    "its .npy version is %d.%d, not 1.0; save it with numpy.save"
                            .formatted(version & 0xff, version >> 8));
        }
        int headerBytes = Short.toUnsignedInt(prefix.getShort());
        ByteBuffer header = bytes(file, channel, PREFIX, headerBytes);
        Matcher matcher = DICTIONARY.matcher(StandardCharsets.ISO_8859_1.decode(header));
        if (!matcher.matches()) {
            throw new InvalidFileException(
                    file, "it holds no one-dimensional array; write it again as a flat array of integers");
        }
        NpyHeader parsed =
                new NpyHeader(type(file, matcher.group(1)), Long.parseLong(matcher.group(2)), PREFIX + headerBytes);
        long data = channel.size() - parsed.dataStart;
        if (data % parsed.type.bytes() != 0 || data / parsed.type.bytes() != parsed.length) {
            throw new InvalidFileException(
                    file,
                    "its header promises %d elements of %d bytes, it holds %d bytes; it is cut short or damaged: write it again"
                            .formatted(parsed.length, parsed.type.bytes(), data));
        }
        return parsed;
    }

    private static NpyType type(Path file, String descr) {
        for (NpyType type : NpyType.values()) {
            if (type.descr().equals(descr)) {
                return type;
            }
        }
        throw new InvalidFileException(file, "its type is " + descr + ", not <u2, <u4 or <i8; convert it with astype");
    }

    private static ByteBuffer bytes(Path file, FileChannel channel, long at, int count) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, at + buffer.position()) < 0) {
                throw new InvalidFileException(file, "it ends within its .npy header; write it again");
            }
        }
        return buffer.flip();
    }
}
