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
    private final DataType dataType;
    private final Growth growth = Backend.computesOnHost() ? Growth.ON_HOST : Growth.ON_DEVICE;
    private final List<Slab> slabs = new ArrayList<>();
    private int current; // index of the slab being filled
    private long used; // elements used of it
    private long peak;

    /**
     * How large a further slab is.
     *
     * @param smallest elements, at least
     * @param part such a part of the slabs before it, at least
     */
    private record Growth(long smallest, long part) {
        /** Pages are there once they are written: large slabs cost nothing, and leave few gaps where one ends. */
        static final Growth ON_HOST = new Growth(1L << 26, 4);

        /** All of a slab is there from the start. */
        static final Growth ON_DEVICE = new Growth(1L << 22, 16);

        long after(long capacity) {
            return Math.max(smallest, capacity / part);
        }
    }

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
        long padded = Slab.aligned(Math.max(1, length));
        while (current < slabs.size() && used + padded > slabs.get(current).length()) {
            current++;
            used = 0;
        }
        if (current == slabs.size()) {
            slabs.add(Slab.allocate(dataType, Math.max(padded, growth.after(capacity()))));
            used = 0;
        }
        Tensor tensor = new Tensor(slabs.get(current), used, shape);
        used += padded;
        peak = Math.max(peak, position());
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

    /** Elements that the arena's slabs hold together; on the host, what was never used takes no memory. */
    public long capacity() {
        return lengthOf(slabs.size());
    }

    /** The most elements that were in use at a time, gaps at the end of slabs included. */
    public long peak() {
        return peak;
    }

    private long position() {
        return lengthOf(current) + used;
    }

    /** Length of the first slabs. */
    private long lengthOf(int count) {
        long length = 0;
        for (int i = 0; i < count; i++) {
            length += slabs.get(i).length();
        }
        return length;
    }

    /** Frees the memory. */
    @Override
    public void close() {
        slabs.forEach(Slab::close);
        slabs.clear();
        reset();
    }
}
