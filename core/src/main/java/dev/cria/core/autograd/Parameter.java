package dev.cria.core.autograd;

import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.TensorOps;
import dev.cria.core.ops.TensorOps.Gradient;
import org.jspecify.annotations.Nullable;

/**
 * A named weight: a view of a model's flat buffers, as is its gradient.
 *
 * <p>Gradients that are set to zero are not written: the operation that next adds to one overwrites it, and who reads one before that
 * finds zeros all the same. So a step writes and reads its gradients once less. A tensor that was asked for before
 * gradients were set to zero may hold the old ones: ask again.
 */
public final class Parameter {
    private final String name;
    private final Tensor value;
    private final @Nullable Tensor gradient;
    private @Nullable TensorOps zeros; // writes zeros to the gradient if it counts as zero; null if it is what it holds
    private @Nullable Object borrower; // of the gradient's memory

    Parameter(String name, Tensor value, @Nullable Tensor gradient) {
        this.name = name;
        this.value = value;
        this.gradient = gradient;
    }

    /** Hugging Face's tensor name. */
    public String name() {
        return name;
    }

    /** The weight. */
    public Tensor value() {
        return value;
    }

    /** Whether it has a gradient: neither frozen nor loaded for inference. */
    public boolean isTrained() {
        return gradient != null;
    }

    /**
     * Where its gradient accumulates, of the same shape; null if frozen or loaded for inference.
     *
     * @throws IllegalStateException if a tape that has not gone back yet keeps activations there; see {@link Tape#block}
     */
    public @Nullable Tensor gradient() {
        requireNotLent();
        if (gradient != null && zeros != null) {
            zeros.fill(gradient, 0);
            zeros = null;
        }
        return gradient;
    }

    /** Sets the gradient to zero. */
    void clearGradient(TensorOps ops) {
        zeros = ops;
    }

    /**
     * Where an operation's contribution goes, which must follow: it is added, or overwrites what counts as zero.
     *
     * @param rows that the operation sums over; without any it would overwrite nothing
     * @return null if frozen or loaded for inference
     * @throws IllegalStateException if a tape keeps activations there
     */
    @Nullable
    Gradient contribution(int rows) {
        requireNotLent();
        Tensor tensor = rows == 0 ? gradient() : gradient;
        if (tensor == null) {
            return null;
        }
        boolean accumulate = zeros == null;
        zeros = null;
        return new Gradient(tensor, accumulate);
    }

    /** The gradient's memory, for other use until {@link #takeGradientBack}; null if it is needed, or lent already. */
    @Nullable
    Tensor lendGradient(Object to) {
        if (zeros == null || borrower != null || gradient == null) {
            return null;
        }
        borrower = to;
        return gradient;
    }

    /** The memory, if it was lent to this borrower, is the gradient's again, which counts as zero. */
    void takeGradientBack(Object from) {
        if (borrower == from) {
            borrower = null;
        }
    }

    private void requireNotLent() {
        if (borrower != null) {
            throw new IllegalStateException(
                    "the gradient of %s is in use: a tape keeps activations of later blocks there until it goes back or is closed; of tapes that are open together over the same weights the first goes back first, and a block's weights belong to it alone"
                            .formatted(name));
        }
    }

    @Override
    public String toString() {
        return name + " " + value;
    }
}
