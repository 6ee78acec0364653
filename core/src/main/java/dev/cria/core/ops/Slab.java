package dev.cria.core.ops;

import java.lang.ref.Cleaner;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One flat block of off-heap (or device) memory, held as a rank-1 ND4J array. Tensors are views of slabs; the slab's
 * first usable element sits on a 64-byte boundary.
 *
 * <p>On the host the operating system gives a page of a slab when the page is first written, so what a run never uses takes
 * no memory. An array that ND4J allocates is filled with zeros, and all there from the start.
 */
public final class Slab implements AutoCloseable {
    private static final int ALIGNMENT_BYTES = 64;
    private static final long ALIGNMENT = ALIGNMENT_BYTES / Float.BYTES; // elements
    private static final Cleaner CLEANER = Cleaner.create();

    private final INDArray array;
    private final Runnable free; // what lies under the array, where ND4J does not own it
    private final long base; // elements skipped so that the first usable one is aligned
    private final long length;

    private Slab(INDArray array, Runnable free, long base, long length) {
        this.array = array;
        this.free = free;
        this.base = base;
        this.length = length;
    }

    /**
     * Allocates a zeroed slab.
     *
     * @param dataType FLOAT, DOUBLE or, for weights of a model that is not trained, BFLOAT16
     * @param length number of elements, more than 2^31 allowed
     * @throws IllegalArgumentException if the length is not positive
     * @throws TensorMemoryError naming the size asked for, if the memory cannot be had
     */
    public static Slab allocate(DataType dataType, long length) {
        if (length <= 0) {
            throw new IllegalArgumentException("a slab needs at least one element, got " + length);
        }
        long padded = length + ALIGNMENT_BYTES / dataType.width();
        try {
            return Backend.computesOnHost() ? onHost(dataType, padded, length) : onDevice(dataType, padded, length);
        } catch (RuntimeException | OutOfMemoryError e) {
            throw TensorMemoryError.of(length * dataType.width(), e);
        }
    }

    private static Slab onDevice(DataType dataType, long padded, long length) {
        return new Slab(Nd4j.create(dataType, padded), () -> {}, 0, length); // a device aligns by itself
    }

    private static Slab onHost(DataType dataType, long padded, long length) {
        long bytes = Math.multiplyExact(padded, dataType.width());
        Pointer memory = Pointer.calloc(padded, dataType.width());
        if (memory == null || memory.isNull()) {
            throw new OutOfMemoryError("allocation failed");
        }
        memory.capacity(bytes); // ND4J sizes the array's indexer by it
        INDArray array = Nd4j.create(Nd4j.createBuffer(memory, padded, dataType));
        // Views of the array share its buffer and may outlive the array: the memory goes with the buffer.
        Cleaner.Cleanable cleanable = CLEANER.register(array.data(), () -> Pointer.free(memory));
        return new Slab(array, cleanable::clean, paddingOf(array), length);
    }

    /** Elements up to the first aligned one. */
    private static long paddingOf(INDArray array) {
        long misaligned = array.data().address() % ALIGNMENT_BYTES;
        return misaligned == 0
                ? 0
                : (ALIGNMENT_BYTES - misaligned) / array.dataType().width();
    }

    /** Rounds a number of elements up so that floats or doubles after them start on a 64-byte boundary. */
    public static long aligned(long elements) {
        return (elements + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /** Number of usable elements. */
    public long length() {
        return length;
    }

    /** Element type: FLOAT, DOUBLE or BFLOAT16. */
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
        return new Tensor(this, offset, shape.clone());
    }

    /** A matrix over part of this slab, as {@link #tensor(long, long...)}. */
    public Tensor tensor(long offset, long rows, long columns) {
        return new Tensor(this, offset, rows, columns);
    }

    /** A tensor of the shape of another, as {@link #tensor(long, long...)}. */
    public Tensor tensorLike(Tensor other, long offset) {
        return new Tensor(this, offset, other.sharedShape());
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
        free.run();
    }
}
