package dev.cria.core.checkpoint;

import java.util.Arrays;
import java.util.List;

/**
 * A tensor to be written.
 *
 * @param name its name in the file; not empty and not {@code __metadata__}
 * @param dtype element type in the file: F32, F16 or BF16
 * @param shape its sizes, outermost first; empty for a scalar
 * @param source gives its values
 */
public record NamedTensor(String name, DType dtype, List<Long> shape, FloatSource source) {
    /** Checks the name, the type and the sizes. */
    public NamedTensor {
        if (name.isEmpty() || name.equals(SafetensorsHeader.METADATA)) {
            throw new IllegalArgumentException("a tensor cannot be named \"" + name + "\"");
        }
        if (!dtype.isWritable()) {
            throw new IllegalArgumentException(
                    "tensor \"%s\": dtype must be F32, F16 or BF16, is %s".formatted(name, dtype));
        }
        shape = List.copyOf(shape);
        long length = 1;
        for (long size : shape) {
            if (size < 0) {
                throw new IllegalArgumentException("tensor \"%s\": negative size in shape %s".formatted(name, shape));
            }
            length = Math.multiplyExact(length, size);
        }
        Math.multiplyExact(length, dtype.bytes());
    }

    /** A tensor of {@code sizes} whose values come from {@code source}. */
    public static NamedTensor of(String name, DType dtype, long[] sizes, FloatSource source) {
        return new NamedTensor(name, dtype, Arrays.stream(sizes).boxed().toList(), source);
    }

    /** A tensor whose values lie in an array, which is read when the tensor is written. */
    public static NamedTensor of(String name, DType dtype, float[] values, long... sizes) {
        NamedTensor tensor =
                of(name, dtype, sizes, (chunk, length, at) -> System.arraycopy(values, (int) at, chunk, 0, length));
        if (tensor.length() != values.length) {
            throw new IllegalArgumentException(
                    "tensor \"%s\": %d values for shape %s".formatted(name, values.length, Arrays.toString(sizes)));
        }
        return tensor;
    }

    /** Number of elements. */
    public long length() {
        long length = 1;
        for (long size : shape) {
            length *= size;
        }
        return length;
    }

    /** Bytes that the data take in the file. */
    public long bytes() {
        return length() * dtype.bytes();
    }
}
