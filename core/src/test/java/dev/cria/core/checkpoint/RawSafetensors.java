package dev.cria.core.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Safetensors files put together by hand, right or wrong. */
final class RawSafetensors {
    private RawSafetensors() {}

    /** Writes the length of {@code header}, the header and {@code dataBytes} zeros. */
    static Path write(Path file, String header, int dataBytes) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return write(file, json.length, json, dataBytes);
    }

    /** Writes a header length that may not be true. */
    static Path write(Path file, long headerBytes, byte[] header, int dataBytes) throws IOException {
        byte[] bytes = ByteBuffer.allocate(8 + header.length + dataBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(headerBytes)
                .put(header)
                .array();
        return Files.write(file, bytes);
    }
}
