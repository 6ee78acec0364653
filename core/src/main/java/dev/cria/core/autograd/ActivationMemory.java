package dev.cria.core.autograd;

import dev.cria.core.ops.Arena;
import dev.cria.core.ops.Slab;
import dev.cria.core.ops.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a tape's results live: in its arena and, within blocks, in memory that earlier blocks lend: the gradients of their weights,
 * while these count as zero. On the way back a block's gradients are written when all later blocks are done with, and so is
 * what these kept there.
 *
 * <p>Memory lent by one weight after another that lies in a row, without padding in between, which must stay zero, is one piece. It is
 * filled from its start; what does not fit goes to the arena. A new piece that is larger takes the place of what is left of the one before.
 */
final class ActivationMemory {
    private final Arena arena;
    private final List<Parameter> lenders = new ArrayList<>();
    private int depth; // of blocks within blocks
    private @Nullable Slab slab; // of the piece that is being filled
    private long next; // its first free element
    private long end;

    ActivationMemory(Arena arena) {
        this.arena = arena;
    }

    /** A vector, content undefined. */
    Tensor allocate(long length) {
        Slab lent = reserve(length);
        return lent == null ? arena.allocate(length) : lent.tensor(next - length, length);
    }

    /** A matrix, content undefined. */
    Tensor allocate(long rows, long columns) {
        long length = Math.multiplyExact(rows, columns);
        Slab lent = reserve(length);
        return lent == null ? arena.allocate(rows, columns) : lent.tensor(next - length, rows, columns);
    }

    /** A tensor of the shape of another, content undefined. */
    Tensor allocateLike(Tensor other) {
        Slab lent = reserve(other.length());
        return lent == null ? arena.allocateLike(other) : lent.tensorLike(other, next - other.length());
    }

    /** Moves on by so many elements of lent memory; null if there is not enough. */
    private @Nullable Slab reserve(long length) {
        long start = Slab.aligned(next);
        if (depth == 0 || slab == null || length == 0 || start + length > end) {
            return null;
        }
        next = start + length;
        return slab;
    }

    /** What is allocated from now on belongs to a block. */
    void enterBlock() {
        depth++;
    }

    /** The block is computed. */
    void leaveBlock() {
        depth--;
    }

    /**
     * Takes these weights' gradients, where they count as zero.
     *
     * @return what {@link #giveBack} takes to give them back
     */
    int borrow(List<Parameter> weights) {
        int before = lenders.size();
        for (Parameter weight : weights) {
            Tensor gradient = weight.lendGradient();
            if (gradient != null) {
                lenders.add(weight);
                add(gradient);
            }
        }
        return before;
    }

    private void add(Tensor gradient) {
        long start = gradient.offset();
        if (gradient.slab() == slab && start == end) {
            end = start + gradient.length();
        } else if (gradient.length() > end - next) {
            slab = gradient.slab();
            next = start;
            end = start + gradient.length();
        }
    }

    /** Gives back all but the first so many gradients: what lies there is not needed any more. Nothing new is kept there. */
    void giveBack(int count) {
        slab = null;
        while (lenders.size() > count) {
            lenders.remove(lenders.size() - 1).takeGradientBack();
        }
    }
}
