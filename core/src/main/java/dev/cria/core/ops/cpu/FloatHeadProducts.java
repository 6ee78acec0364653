package dev.cria.core.ops.cpu;

import static java.util.Objects.requireNonNull;

import dev.cria.core.ops.Arena;
import dev.cria.core.ops.Tensor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Products of floats where they lie; exponentials replace the logits. */
final class FloatHeadProducts implements HeadProducts {
    private static final int LARGEST_BLOCK = 256; // rows
    private static final int PADDING = 16; // rows a multiple of 4 kB apart would fall into one set of the L1 cache

    private final HeadSizes sizes;
    private final HeadTensors tensors;
    private final int width;
    private final int stride; // elements from one row of a tile to the next
    private final @Nullable Floats kept; // exponentials [tiles][rows, stride]
    private final @Nullable Floats keptHidden; // [rows, width]
    private int from;
    private int rows;

    FloatHeadProducts(HeadSizes sizes, HeadTensors tensors, int rows, Arena scratch, Function<Tensor, Floats> host) {
        this.sizes = sizes;
        this.tensors = tensors;
        this.width = sizes.width();
        this.stride = sizes.tile() + PADDING;
        boolean keep = tensors.dWeight() != null;
        this.kept = keep ? host.apply(scratch.allocate(rows, (long) sizes.tiles() * stride)) : null;
        this.keptHidden = keep ? host.apply(scratch.allocate(rows, width)) : null;
    }

    @Override
    public int rowGrain() {
        return 1;
    }

    @Override
    public int largestBlock() {
        return LARGEST_BLOCK;
    }

    @Override
    public void begin(int newFrom, int newRows) {
        from = newFrom;
        rows = newRows;
    }

    @Override
    public Block block(int first, int blockRows, Worker worker) {
        return new FloatBlock(first, blockRows, worker);
    }

    private long keptAt(int row, int t) {
        return ((long) t * rows + row) * stride;
    }

    private long words(int t) {
        return (long) t * sizes.tile() * width;
    }

    @Override
    public void contributeToWeight(int t, Worker worker) {
        long exponentials = requireNonNull(kept).address(keptAt(0, t));
        long hidden = requireNonNull(keptHidden).address(0);
        long to = requireNonNull(tensors.dWeight()).address(words(t));
        float beta = from > 0 || tensors.addToWeight() ? 1 : 0;
        worker.weightGemm.multiply(
                true, false, sizes.words(t), width, rows, 1, exponentials, stride, hidden, width, beta, to, width);
    }

    private final class FloatBlock implements Block {
        private final int first;
        private final int blockRows;
        private final Worker worker;
        private final Floats logits;

        FloatBlock(int first, int blockRows, Worker worker) {
            this.first = first;
            this.blockRows = blockRows;
            this.worker = worker;
            this.logits = kept != null ? kept : worker.nativeTile(0, (long) blockRows * stride);
        }

        private long at(int r, int t) {
            return kept != null ? keptAt(first + r, t) : (long) r * stride;
        }

        private long hiddenAt(int r) {
            return (long) (from + first + r) * width;
        }

        @Override
        public void multiply(int t) {
            long hidden = tensors.hidden().address(hiddenAt(0));
            long weight = tensors.weight().address(words(t));
            long to = logits.address(at(0, t));
            worker.weightGemm.multiply(
                    false, true, blockRows, sizes.words(t), width, 1, hidden, width, weight, width, 0, to, stride);
        }

        @Override
        public void readLogits(int r, int t, float[] to) {
            logits.get(at(r, t), to, 0, sizes.words(t));
        }

        @Override
        public int position(int word, int t) {
            return word;
        }

        @Override
        public void keep(int r, int t, float[] exponentials) {
            logits.put(at(r, t), exponentials, 0, sizes.words(t));
        }

        @Override
        public void end() {}

        @Override
        public void scaleKept(int r, int t, float factor) {
            if (kept != null) {
                float[] values = worker.tile(3, sizes.tile());
                kept.get(at(r, t), values, 0, sizes.words(t));
                worker.kernels.scale(values, 0, sizes.words(t), factor);
                kept.put(at(r, t), values, 0, sizes.words(t));
            }
        }

        @Override
        public void addToHidden(int t) {
            long exponentials = logits.address(at(0, t));
            long weight = tensors.weight().address(words(t));
            long to = requireNonNull(tensors.dHidden()).address(hiddenAt(0));
            int words = sizes.words(t);
            worker.weightGemm.multiply(
                    false,
                    false,
                    blockRows,
                    width,
                    words,
                    1,
                    exponentials,
                    stride,
                    weight,
                    width,
                    t == 0 ? 0 : 1,
                    to,
                    width);
        }

        @Override
        public void readHiddenGradient(int r, float[] to) {
            requireNonNull(tensors.dHidden()).get(hiddenAt(r), to, 0, width);
        }

        @Override
        public void writeHiddenGradient(int r, float[] values) {
            requireNonNull(tensors.dHidden()).put(hiddenAt(r), values, 0, width);
        }

        @Override
        public void subtractAtTarget(int r, int word, double sum) {
            Floats memory = requireNonNull(kept);
            long at = at(r, word / sizes.tile()) + word % sizes.tile();
            memory.put(at, (float) (memory.get(at) - sum));
        }

        @Override
        public void keepHidden(int r, float[] scaled) {
            requireNonNull(keptHidden).put((long) (first + r) * width, scaled, 0, width);
        }
    }
}
