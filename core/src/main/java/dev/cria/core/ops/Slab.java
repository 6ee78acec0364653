package dev.cria.core.ops;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One flat block of off-heap (or device) memory, held as a rank-1 ND4J array. Tensors are views of slabs; the slab's
 * first usable element sits on a 64-byte boundary.
 */
public final class Slab implements AutoCloseable {
    private static final int ALIGNMENT_BYTES = 64;

    private final INDArray array;
    private final long base; // elements skipped so that the first usable one is aligned
    private final long length;

    private Slab(INDArray array, long base, long length) {
        this.array = array;
        this.base = base;
        this.length = length;
    }

    /**
     * Allocates a zeroed slab.
     *
     * @param dataType FLOAT or DOUBLE
     * @param length number of elements, more than 2^31 allowed
     * @throws IllegalArgumentException if the length is not positive
     * @throws TensorMemoryError naming the size asked for, if the memory cannot be had
     */
    public static Slab allocate(DataType dataType, long length) {
        if (length <= 0) {
            throw new IllegalArgumentException("a slab needs at least one element, got " + length);
        }
        int padding = ALIGNMENT_BYTES / dataType.width();
        INDArray array;
        try {
            array = Nd4j.create(dataType, length + padding);
        } catch (RuntimeException | OutOfMemoryError e) {
            throw TensorMemoryError.of(length * dataType.width(), e);
        }
        return new Slab(array, Backend.computesOnHost() ? paddingOf(array) : 0, length);
    }

    /** Elements up to the first aligned one. A device aligns by itself, and its arrays have no address in the host's memory. */
    private static long paddingOf(INDArray array) {
        long misaligned = array.data().address() % ALIGNMENT_BYTES;
        return misaligned == 0
                ? 0
                : (ALIGNMENT_BYTES - misaligned) / array.dataType().width();
    }

    /** Number of usable elements. */
    public long length() {
        return length;
    }

    /** Element type, FLOAT or DOUBLE. */
    public DataType dataType() {
        return array.dataType();
    }

    /**
     * A tensor over part of this slab.
     *
     * @param offset first element, from 0
     * @param shape the tensor's shape, row-major
     * @throws IllegalArgumentException if the tensor would reach past the slab's end
     */
    public Tensor tensor(long offset, long... shape) {
        return new Tensor(this, offset, shape);
    }

    /** The flat ND4J array, padding included: for kernels. */
    public INDArray array() {
        return array;
    }

    /** Elements of padding before the first usable one: for kernels. */
    public long base() {
        return base;
    }

    /** Frees the memory; tensors of this slab must not be used afterwards. */
    @Override
    public void close() {
        if (array.closeable()) {
            array.close();
        }
    }
}
