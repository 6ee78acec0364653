package dev.cria.core.autograd;

import dev.cria.core.ops.Slab;
import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.TensorOps;
import dev.cria.core.ops.TensorOps.Gradient;
import org.jspecify.annotations.Nullable;

/**
 * A named weight: a view of a model's flat buffers, as is its gradient.
 *
 * <p>Gradients that are set to zero are not written: the operation that next adds to one overwrites it, and who reads one before that
 * finds zeros all the same. So a step writes and reads its gradients once less. Meanwhile a tape may keep activations there ({@link
 * Tape#block}); what is contributed in that time is summed elsewhere, and reading is refused. A tensor that was asked for before
 * gradients were set to zero may hold the old ones: ask again.
 */
public final class Parameter {
    private final String name;
    private final Tensor value;
    private final @Nullable Tensor gradient;
    private @Nullable TensorOps zeros; // writes zeros to the gradient if it counts as zero; null if it is what it holds
    private boolean lent; // holds a tape's activations meanwhile
    private @Nullable Slab substitute; // takes contributions while it is lent

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
        if (lent) {
            throw new IllegalStateException(
                    "the gradient of %s is not there yet: its memory holds activations of a tape, which is to go back or to be closed first"
                            .formatted(name));
        }
        return zeroed();
    }

    private @Nullable Tensor zeroed() {
        if (gradient != null && zeros != null) {
            zeros.fill(gradient, 0);
            zeros = null;
        }
        return gradient;
    }

    /** Sets the gradient to zero. */
    void clearGradient(TensorOps ops) {
        zeros = ops;
        dropSubstitute();
    }

    /** Forgets what was contributed while the gradient was lent. */
    void dropSubstitute() {
        if (substitute != null) {
            substitute.close();
            substitute = null;
        }
    }

    /**
     * Where an operation's contribution goes, which must follow: it is added, or overwrites what counts as zero.
     *
     * @param rows that the operation sums over; without any it would overwrite nothing
     * @return null if frozen or loaded for inference
     */
    @Nullable
    Gradient contribution(int rows) {
        if (lent || rows == 0) {
            Tensor addend = addend();
            return addend == null ? null : new Gradient(addend, true);
        }
        if (gradient == null) {
            return null;
        }
        boolean accumulate = zeros == null;
        zeros = null;
        return new Gradient(gradient, accumulate);
    }

    /** Where an operation adds to that does not overwrite: zeros are written first; null if frozen or loaded for inference. */
    @Nullable
    Tensor addend() {
        if (!lent) {
            return zeroed();
        }
        if (substitute == null) {
            substitute = Slab.allocate(value.dataType(), value.length()); // zeros
        }
        return substitute.tensorLike(value, 0);
    }

    /** The gradient's memory, for other use until {@link #takeGradientBack}; null if it is needed, or lent already. */
    @Nullable
    Tensor lendGradient() {
        if (zeros == null || lent || gradient == null) {
            return null;
        }
        lent = true;
        return gradient;
    }

    /** The memory that was lent is the gradient's again: what was contributed meanwhile, or it counts as zero. */
    void takeGradientBack() {
        lent = false;
        if (substitute != null && gradient != null && zeros != null) {
            zeros.copy(gradient, substitute.tensorLike(gradient, 0));
            zeros = null;
            dropSubstitute();
        }
    }

    @Override
    public String toString() {
        return name + " " + value;
    }
}
