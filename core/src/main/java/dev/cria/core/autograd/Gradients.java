package dev.cria.core.autograd;

import dev.cria.core.ops.Arena;
import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.TensorOps;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gradients of a tape's activations during its backward pass. A gradient's memory is taken up again as soon as the
 * operation that made its activation has used it, so that all gradients together need little memory.
 */
final class Gradients {
    static final int EXPECTED = 128; // activations of a small model: growing step by step would be garbage

    private final TensorOps ops;
    private final Arena arena;
    private final Set<Tensor> tracked = Collections.newSetFromMap(new IdentityHashMap<>(EXPECTED));
    private final IdentityHashMap<Tensor, Tensor> byActivation = new IdentityHashMap<>(); // few at a time
    private final List<Shelf> free = new ArrayList<>(); // by length, of which there are few

    /** Writes a gradient, or adds to it. */
    @FunctionalInterface
    interface Writer {
        void write(Tensor gradient, boolean accumulate);
    }

    /** Memory of one length that may be used again. */
    private record Shelf(long length, Deque<Tensor> tensors) {}

    Gradients(TensorOps ops, Arena arena) {
        this.ops = ops;
        this.arena = arena;
    }

    /** Gradients of this tensor are wanted. */
    void track(Tensor activation) {
        tracked.add(activation);
    }

    /**
     * Whether gradients of this tensor are wanted.
     *
     * @throws IllegalStateException if it is a view, unknown to the tape, of one whose gradients are wanted
     */
    private boolean isTracked(Tensor activation) {
        if (tracked.contains(activation)) {
            return true;
        }
        if (tracked.contains(activation.origin())) {
            throw new IllegalStateException(
                    "an operation of the tape read %s, a view of %s through which no gradient passes; make it by Tape.reshape, gather or gatherRows"
                            .formatted(activation, activation.origin()));
        }
        return false;
    }

    /** The gradient so far, or null if nothing has reached the activation. */
    @Nullable
    Tensor get(Tensor activation) {
        return byActivation.get(activation);
    }

    /** Takes the finished gradient of an operation's output, which nobody else will ask for. */
    @Nullable
    Tensor take(Tensor activation) {
        return byActivation.remove(activation);
    }

    /** Lets the writer set or add to the gradient of an input, if that is wanted; says whether it is. */
    boolean contribute(Tensor activation, Writer writer) {
        if (!isTracked(activation)) {
            return false;
        }
        Tensor gradient = byActivation.get(activation);
        boolean accumulate = gradient != null;
        if (gradient == null) {
            gradient = allocate(activation);
            byActivation.put(activation, gradient);
        }
        writer.write(gradient, accumulate);
        return true;
    }

    /** Hands a gradient on to an input that gets exactly this gradient; its memory changes owner, unless it is an activation's. */
    void handOn(Tensor activation, Tensor gradient) {
        if (!isTracked(activation)) {
            recycle(gradient);
            return;
        }
        Tensor present = byActivation.get(activation);
        if (present != null) {
            ops.addScaled(present, gradient, 1);
            recycle(gradient);
        } else {
            boolean staysHere = gradient != activation && isActivation(gradient);
            byActivation.put(activation, staysHere ? copy(gradient, activation) : gradient);
        }
    }

    private Tensor copy(Tensor gradient, Tensor activation) {
        Tensor copy = allocate(activation);
        ops.copy(copy, gradient);
        return copy;
    }

    /** Whether an operation's result lies there: in memory that may be a weight's gradient again once its block is done with. */
    private boolean isActivation(Tensor gradient) {
        return tracked.contains(gradient) || tracked.contains(gradient.origin());
    }

    /** A tensor shaped like the activation, content undefined. */
    Tensor allocate(Tensor activation) {
        Deque<Tensor> reusable = shelf(activation.length());
        if (reusable.isEmpty()) {
            return arena.allocateLike(activation);
        }
        Tensor gradient = reusable.pop();
        return gradient.hasShapeOf(activation) ? gradient : gradient.reshapeLike(activation);
    }

    /** Memory that may be used again, unless it is an activation's. */
    void recycle(Tensor gradient) {
        if (!isActivation(gradient)) {
            shelf(gradient.length()).push(gradient);
        }
    }

    private Deque<Tensor> shelf(long length) {
        for (int i = 0; i < free.size(); i++) { // without boxes for lengths: this runs several times for each operation
            if (free.get(i).length == length) {
                return free.get(i).tensors;
            }
        }
        Shelf shelf = new Shelf(length, new ArrayDeque<>());
        free.add(shelf);
        return shelf.tensors;
    }
}
