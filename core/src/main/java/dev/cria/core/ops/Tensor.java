package dev.cria.core.ops;

import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A handle of a dense row-major tensor: a place in a {@link Slab} and a shape. It owns no memory; a tensor of a step's
 * arena is valid until the arena is released. Two handles are equal only if they are the same object, since gradients
 * are looked up by handle.
 */
public final class Tensor {
    private final Slab slab;
    private final long offset;
    private final long[] shape;
    private final long length;
    private final @Nullable Tensor origin; // null if this is no view of another
    private @Nullable INDArray array;
    private @Nullable Object place;

    /** The shape's array becomes the tensor's own. */
    Tensor(Slab slab, long offset, long... shape) {
        this(null, slab, offset, shape);
    }

    private Tensor(@Nullable Tensor origin, Slab slab, long offset, long... shape) {
        long length = 1;
        for (long size : shape) {
            if (size < 0) {
                throw new IllegalArgumentException("negative size in shape " + Arrays.toString(shape));
            }
            length = Math.multiplyExact(length, size);
        }
        if (offset < 0 || offset + length > slab.length()) {
            throw new IllegalArgumentException("a tensor %s at %d does not fit into a slab of %d elements"
                    .formatted(Arrays.toString(shape), offset, slab.length()));
        }
        this.slab = slab;
        this.offset = offset;
        this.shape = shape;
        this.length = length;
        this.origin = origin;
    }

    /** The shape, a copy. */
    public long[] shape() {
        return shape.clone();
    }

    /** Whether two tensors have the same shape. */
    public boolean hasShapeOf(Tensor other) {
        return Arrays.equals(shape, other.shape);
    }

    /** The shape itself, which must not be changed. */
    long[] sharedShape() {
        return shape;
    }

    /** Size of one dimension; negative counts from the end. */
    public long size(int dimension) {
        return shape[dimension < 0 ? shape.length + dimension : dimension];
    }

    /** Number of dimensions. */
    public int rank() {
        return shape.length;
    }

    /** Number of elements. */
    public long length() {
        return length;
    }

    /** Number of rows when all but the last dimension are flattened; 1 for a vector. */
    public int rows() {
        return shape[shape.length - 1] == 0 ? 0 : Math.toIntExact(length / shape[shape.length - 1]);
    }

    /** Size of the last dimension. */
    public int columns() {
        return Math.toIntExact(shape[shape.length - 1]);
    }

    /** Element type: FLOAT, DOUBLE or BFLOAT16. */
    public DataType dataType() {
        return slab.dataType();
    }

    /** The same memory under another shape with equally many elements; on a tape use {@code Tape.reshape}, which gradients pass. */
    public Tensor reshape(long... newShape) {
        return view(newShape.clone());
    }

    /** The same memory under the shape of another tensor with equally many elements; as {@link #reshape}. */
    public Tensor reshapeLike(Tensor other) {
        return view(other.shape);
    }

    private Tensor view(long[] newShape) {
        Tensor view = new Tensor(origin(), slab, offset, newShape);
        if (view.length != length) {
            throw new IllegalArgumentException("cannot reshape " + this + " to " + Arrays.toString(newShape));
        }
        return view;
    }

    /**
     * Consecutive rows of a matrix, or elements of a vector, as a view; on a tape use {@code Tape.gatherRows}.
     *
     * @param from first index in dimension 0, included
     * @param to last index in dimension 0, excluded
     */
    public Tensor slice(long from, long to) {
        if (from < 0 || to < from || to > shape[0]) {
            throw new IllegalArgumentException("rows " + from + " to " + to + " are not in " + this);
        }
        long[] part = shape.clone();
        part[0] = to - from;
        return new Tensor(origin(), slab, offset + (shape[0] == 0 ? 0 : from * (length / shape[0])), part);
    }

    /** The tensor that this is a view of, by {@link #reshape} or {@link #slice}, however often; this one if it is no view. */
    public Tensor origin() {
        return origin == null ? this : origin;
    }

    /** The ND4J view of this tensor. Made on first use, since it costs microseconds. */
    public INDArray array() {
        INDArray view = array;
        if (view == null) {
            view = Nd4j.create(slab.array().data(), shape, Nd4j.getStrides(shape, 'c'), slab.base() + offset, 'c');
            array = view;
        }
        return view;
    }

    /**
     * Where kernels find this tensor, in their own terms. Found on first use and kept with the handle, since a step asks several
     * times: for kernels.
     *
     * @param type of what is kept; all kernels of a program keep the same
     * @param find finds it
     */
    public <P> P place(Class<P> type, Function<Tensor, P> find) {
        Object found = place;
        if (found == null) {
            found = find.apply(this);
            place = found;
        }
        return type.cast(found);
    }

    /** The slab that holds this tensor: for kernels. */
    public Slab slab() {
        return slab;
    }

    /** First element in the slab, without the slab's padding: for kernels. */
    public long offset() {
        return offset;
    }

    @Override
    public String toString() {
        return "Tensor" + Arrays.toString(shape);
    }
}
