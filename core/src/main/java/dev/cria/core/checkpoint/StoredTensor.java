package dev.cria.core.checkpoint;

import java.nio.file.Path;
import java.util.List;

/**
 * A tensor that lies in a safetensors file.
 *
 * @param name its name in the file
 * @param dtype its element type
 * @param shape its sizes, outermost first; empty for a scalar
 * @param length number of elements
 * @param file the file it lies in
 * @param position byte of the file where its data begin; they are row-major and little-endian
 */
public record StoredTensor(String name, DType dtype, List<Long> shape, long length, Path file, long position) {
    /** A tensor with an immutable copy of {@code shape}. */
    public StoredTensor {
        shape = List.copyOf(shape);
    }

    /** The sizes as an array. */
    public long[] sizes() {
        return shape.stream().mapToLong(Long::longValue).toArray();
    }

    /** Bytes that the data take in the file. */
    public long bytes() {
        return length * dtype.bytes();
    }
}
