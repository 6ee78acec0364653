package dev.cria.core.ops;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Memory of one step: tensors are carved off one after another and given back all at once. Slabs are added while the
 * first steps find out how much is needed and are then reused, so that the steady state allocates nothing.
 *
 * <p>Not thread-safe: one arena belongs to one tape at a time.
 */
public final class Arena implements AutoCloseable {
    private static final long ALIGNMENT = 16; // elements: tensors start on 64-byte boundaries
    private static final long SMALLEST_SLAB = 1L << 22; // elements
    private static final long GROWTH = 16; // a further slab is at least such a part of those before it

    private final DataType dataType;
    private final List<Slab> slabs = new ArrayList<>();
    private int current; // index of the slab being filled
    private long used; // elements used of it

    /** Position to which {@link #release} returns. */
    public record Mark(int slab, long used) {}

    /**
     * An empty arena.
     *
     * @param dataType FLOAT or DOUBLE
     */
    public Arena(DataType dataType) {
        this.dataType = dataType;
    }

    /**
     * Carves off a tensor; its content is undefined.
     *
     * @param shape the tensor's shape
     * @return a tensor valid until the arena is released to an earlier mark
     * @throws OutOfMemoryError naming the size, if the arena cannot grow
     */
    public Tensor allocate(long... shape) {
        return carve(shape.clone());
    }

    /** A matrix, as {@link #allocate(long...)}. */
    public Tensor allocate(long rows, long columns) {
        return carve(new long[] {rows, columns});
    }

    /** A tensor of the shape of another, as {@link #allocate(long...)}. */
    public Tensor allocateLike(Tensor other) {
        return carve(other.sharedShape());
    }

    /** A tensor whose shape's array is its own or never changes. */
    private Tensor carve(long[] shape) {
        long length = 1;
        for (long size : shape) {
            length = Math.multiplyExact(length, size);
        }
        long padded = Math.max(ALIGNMENT, (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
        while (current < slabs.size() && used + padded > slabs.get(current).length()) {
            current++;
            used = 0;
        }
        if (current == slabs.size()) {
            long grown = Math.max(
                    SMALLEST_SLAB, capacity() / GROWTH); // ND4J writes all of it: what is not used costs as much
            slabs.add(Slab.allocate(dataType, Math.max(padded, grown)));
            used = 0;
        }
        Tensor tensor = new Tensor(slabs.get(current), used, shape);
        used += padded;
        return tensor;
    }

    /** The present position. */
    public Mark mark() {
        return new Mark(current, used);
    }

    /** Gives back every tensor carved off since the mark. */
    public void release(Mark mark) {
        current = mark.slab();
        used = mark.used();
    }

    /** Gives back everything; the memory is kept for the next step. */
    public void reset() {
        release(new Mark(0, 0));
    }

    /** Elements that the arena's slabs hold together. */
    public long capacity() {
        return slabs.stream().mapToLong(Slab::length).sum();
    }

    /** Frees the memory. */
    @Override
    public void close() {
        slabs.forEach(Slab::close);
        slabs.clear();
        reset();
    }
}
