package dev.cria.cli;

import dev.cria.core.io.FileErrors;
import dev.cria.core.train.Distribution;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * A TensorBoard event file: TFRecords of {@code Event} messages, which hold scalars and
 * histograms. Field numbers are those of
 * TensorFlow's {@code event.proto} and {@code summary.proto}.
 */
final class EventFile implements AutoCloseable {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private final Path file;
    private final OutputStream out;

    /** Creates a file in a directory, under the name that TensorBoard looks for. */
    static EventFile create(Path directory, long millis) {
        return new EventFile(
                directory.resolve("events.out.tfevents." + millis / 1000 + "." + millis % 1000 + ".cria"), millis);
    }

    private EventFile(Path file, long millis) {
        this.file = file;
        try {
            this.out = Files.newOutputStream(file);
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot write", file, e);
        }
        write(event(millis, 0).string(3, "brain.Event:2"));
    }

    /** Says that the run goes on from a step: what was written for later ones is void. */
    void restart(long millis, long step) {
        write(event(millis, step).message(7, new Message().varint(1, 1))); // SessionLog.START
    }

    /** Writes scalars of a step. */
    void scalars(long millis, long step, Map<String, Double> values) {
        Message summary = new Message();
        values.forEach(
                (tag, value) -> summary.message(1, new Message().string(1, tag).fixed32(2, value.floatValue())));
        write(event(millis, step).message(5, summary));
    }

    /** Writes histograms of a step. */
    void histograms(long millis, long step, Map<String, Distribution> values) {
        Message summary = new Message();
        values.forEach(
                (tag, value) -> summary.message(1, new Message().string(1, tag).message(5, histogram(value))));
        write(event(millis, step).message(5, summary));
    }

    private static Message histogram(Distribution values) {
        ByteBuffer limits =
                ByteBuffer.allocate(Distribution.BINS * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer counts =
                ByteBuffer.allocate(Distribution.BINS * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int bin = 0; bin < Distribution.BINS; bin++) {
            limits.putDouble(values.upperLimit(bin));
            counts.putDouble((double) values.bins()[bin]);
        }
        return new Message()
                .fixed64(1, values.min())
                .fixed64(2, values.max())
                .fixed64(3, (double) values.count())
                .fixed64(4, values.sum())
                .fixed64(5, values.sumOfSquares())
                .bytes(6, limits.array())
                .bytes(7, counts.array());
    }

    private static Message event(long millis, long step) {
        return new Message().fixed64(1, millis / 1000.0).varint(2, step);
    }

    /** A record: its length, the length's checksum, the data, the data's checksum. */
    private void write(Message event) {
        byte[] data = event.bytes.toByteArray();
        ByteBuffer length =
                ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(0, data.length);
        ByteBuffer record = ByteBuffer.allocate(data.length + 16).order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(data.length).putInt(maskedCrc(length.array())).put(data).putInt(maskedCrc(data));
        try {
            out.write(record.array());
            out.flush();
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot write", file, e);
        }
    }

    private static int maskedCrc(byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        int value = (int) crc.getValue();
        return Integer.rotateRight(value, 15) + 0xa282ead8;
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot write", file, e);
        }
    }

    /** A protocol buffer message being built. */
    private static final class Message {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Message varint(int field, long value) {
            raw((long) field << 3 | VARINT);
            raw(value);
            return this;
        }

        Message fixed64(int field, double value) {
            raw((long) field << 3 | FIXED64);
            bytes.writeBytes(ByteBuffer.allocate(Double.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putDouble(value)
                    .array());
            return this;
        }

        Message fixed32(int field, float value) {
            raw((long) field << 3 | FIXED32);
            bytes.writeBytes(ByteBuffer.allocate(Float.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putFloat(value)
                    .array());
            return this;
        }

        Message string(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message value) {
            return bytes(field, value.bytes.toByteArray());
        }

        private Message bytes(int field, byte[] value) {
            raw((long) field << 3 | BYTES);
            raw(value.length);
            bytes.writeBytes(value);
            return this;
        }

        private void raw(long value) {
            long rest = value;
            while ((rest & ~0x7fL) != 0) {
                bytes.write((int) ((rest & 0x7f) | 0x80));
                rest >>>= 7;
            }
            bytes.write((int) rest);
        }
    }
}
