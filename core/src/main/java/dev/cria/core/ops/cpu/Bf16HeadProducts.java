package dev.cria.core.ops.cpu;

import static java.util.Objects.requireNonNull;

import dev.cria.core.ops.Arena;
import dev.cria.core.ops.Tensor;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Products of bfloat16 in memory: the weight is rounded once a pass, exponentials and hidden states where they are made. Rows are
 * filled up to a multiple of {@value #ROW_GRAIN} with zeros, so that few sizes of products occur. Two elements of bfloat16 lie in
 * a float's place.
 *
 * <p>A tile's logits are those of its even words, then those of its odd ones, by two products with every other row of the weight:
 * then two vectors of exponentials become one of pairs without moving anything from lane to lane.
 */
final class Bf16HeadProducts implements HeadProducts {
    private static final int ROW_GRAIN = 64;
    private static final int LARGEST_BLOCK = 512; // rows
    private static final int PADDING = 32; // elements, so that rows are no multiple of 4 kB apart

    private final HeadSizes sizes;
    private final HeadTensors tensors;
    private final int width;
    private final int half; // of a tile's words
    private final int stride; // elements from one row of a tile to the next, of logits and of exponentials
    private final Floats weight; // [tiles * tile, width] in bfloat16; rows past the vocabulary are 0
    private final Floats hidden; // [rows, width] in bfloat16
    private final Floats states; // [rows, width]: first the hidden states' gradients, then what is kept of the states
    private final @Nullable Floats kept; // exponentials [tiles][rows, stride] in bfloat16
    private final @Nullable Floats keptHidden; // [rows, width] in bfloat16
    private int from;
    private int rows; // of the chunk, filled up

    Bf16HeadProducts(
            WorkerPool pool,
            HeadSizes sizes,
            HeadTensors tensors,
            int rows,
            Arena scratch,
            Function<Tensor, Floats> host) {
        this.sizes = sizes;
        this.tensors = tensors;
        this.width = sizes.width();
        this.half = sizes.tile() / 2;
        this.stride = sizes.tile() + PADDING;
        int filled = filled(rows);
        boolean keep = tensors.dWeight() != null;
        this.weight = host.apply(scratch.allocate(filled(sizes.tiles() * sizes.tile()), width / 2));
        this.hidden = host.apply(scratch.allocate(filled, width / 2));
        this.states = host.apply(scratch.allocate(filled, width));
        this.kept = keep ? host.apply(scratch.allocate(filled, (long) sizes.tiles() * stride / 2)) : null;
        this.keptHidden = keep ? host.apply(scratch.allocate(filled, width / 2)) : null;
        int blocks = filled(sizes.tiles() * sizes.tile()) / ROW_GRAIN;
        pool.run(blocks, (block, worker) -> {
            int first = block * ROW_GRAIN;
            int words = Math.max(0, Math.min(sizes.vocab() - first, ROW_GRAIN));
            round(tensors.weight(), first, words, weight, first, worker);
        });
    }

    /** Whether these products serve hidden states of the given width on the given threads. */
    static boolean serve(int width, WorkerPool pool) {
        return width % 2 == 0 && pool.caller().weightGemm.takesBf16();
    }

    private static int filled(int rows) {
        return (rows + ROW_GRAIN - 1) / ROW_GRAIN * ROW_GRAIN;
    }

    /** Rounds up to {@value #ROW_GRAIN} rows of [.., width] and fills up with rows of 0. */
    private void round(Floats floats, int row, int count, Floats to, int toRow, Worker worker) {
        long target = to.address((long) toRow * width / 2);
        if (count == ROW_GRAIN) {
            worker.weightGemm.roundToBf16(count, width, floats.address((long) row * width), width, target, width);
            return;
        }
        for (int r = 0; r < count; r++) {
            long source = floats.address((long) (row + r) * width);
            worker.weightGemm.roundToBf16(1, width, source, width, target + (long) r * width * Short.BYTES, width);
        }
        float[] zeros = worker.tile(0, width);
        Arrays.fill(zeros, 0, width / 2, 0f);
        for (int r = count; r < ROW_GRAIN; r++) {
            to.put((long) (toRow + r) * width / 2, zeros, 0, width / 2);
        }
    }

    @Override
    public int rowGrain() {
        return ROW_GRAIN;
    }

    @Override
    public int largestBlock() {
        return LARGEST_BLOCK;
    }

    @Override
    public void begin(int newFrom, int newRows) {
        from = newFrom;
        rows = filled(newRows);
    }

    @Override
    public Block block(int first, int blockRows, Worker worker) {
        return new Bf16Block(first, blockRows, worker);
    }

    private long keptAt(int row, int t) {
        return ((long) t * rows + row) * stride / 2;
    }

    private long words(int t) {
        return weight.address((long) t * sizes.tile() * width / 2);
    }

    @Override
    public void contributeToWeight(int t, Worker worker) {
        long exponentials = requireNonNull(kept).address(keptAt(0, t));
        long factors = requireNonNull(keptHidden).address(0);
        long to = requireNonNull(tensors.dWeight()).address((long) t * sizes.tile() * width);
        boolean add = from > 0 || tensors.addToWeight();
        worker.weightGemm.multiplyBf16(
                true, false, sizes.words(t), width, rows, exponentials, stride, factors, width, add, to, width);
    }

    private final class Bf16Block implements Block {
        private final int first;
        private final int blockRows;
        private final int filledRows;
        private final Worker worker;
        private final Floats logits; // [filledRows, stride], of the present tile: its even words, then its odd ones
        private final Floats exponentials;

        Bf16Block(int first, int blockRows, Worker worker) {
            this.first = first;
            this.blockRows = blockRows;
            this.filledRows = filled(blockRows);
            this.worker = worker;
            long tile = (long) filledRows * stride;
            this.logits = worker.nativeTile(0, tile);
            this.exponentials = kept != null ? kept : worker.nativeTile(1, tile / 2);
            roundAll(tensors.hidden(), from + first, hidden);
        }

        private void roundAll(Floats floats, int row, Floats to) {
            for (int r = 0; r < blockRows; r += ROW_GRAIN) {
                round(floats, row + r, Math.min(blockRows - r, ROW_GRAIN), to, first + r, worker);
            }
        }

        private long at(int r, int t) {
            return kept != null ? keptAt(first + r, t) : (long) r * stride / 2;
        }

        @Override
        public void multiply(int t) {
            multiplyEverySecond(words(t), logits.address(0));
            multiplyEverySecond(words(t) + (long) width * Short.BYTES, logits.address(half));
            clearFilling(t);
        }

        /** Rows that only fill up add nothing to the weight's gradient. */
        private void clearFilling(int t) {
            float[] zeros = worker.tile(6, half);
            Arrays.fill(zeros, 0, half, 0f);
            for (int r = blockRows; r < filledRows; r++) {
                exponentials.put(at(r, t), zeros, 0, half);
            }
        }

        private void multiplyEverySecond(long weights, long to) {
            long factors = hidden.address((long) first * width / 2);
            worker.weightGemm.multiplyBf16(
                    false, true, filledRows, half, width, factors, width, weights, 2 * width, false, to, stride);
        }

        @Override
        public void readLogits(int r, int t, float[] to) {
            int evens = evens(t);
            logits.get((long) r * stride, to, 0, evens);
            logits.get((long) r * stride + half, to, evens, sizes.words(t) - evens);
        }

        private int evens(int t) {
            return (sizes.words(t) + 1) / 2;
        }

        @Override
        public int position(int word, int t) {
            return word / 2 + word % 2 * evens(t);
        }

        @Override
        public void keep(int r, int t, float[] values) {
            int evens = evens(t);
            Arrays.fill(values, sizes.words(t), 2 * evens, 0f); // the last pair may lack its odd word
            worker.kernels.roundPairs(values, values, evens, evens);
            Arrays.fill(values, evens, half, 0f);
            exponentials.put(at(r, t), values, 0, half);
        }

        @Override
        public void scaleKept(int r, int t, float factor) {
            if (kept != null) {
                Floats row = new Floats(kept.memory(), kept.offset() + at(r, t));
                float[] values = worker.tile(3, sizes.tile());
                Bf16.get(row, 0, values, 0, sizes.tile());
                worker.kernels.scale(values, 0, sizes.tile(), factor);
                Bf16.put(row, values, 0, sizes.tile());
            }
        }

        @Override
        public void addToHidden(int t) {
            long to = states.address((long) first * width);
            long factors = exponentials.address(at(0, t));
            worker.weightGemm.multiplyBf16(
                    false, false, filledRows, width, sizes.tile(), factors, stride, words(t), width, t > 0, to, width);
        }

        @Override
        public void readHiddenGradient(int r, float[] to) {
            states.get((long) (first + r) * width, to, 0, width);
        }

        @Override
        public void writeHiddenGradient(int r, float[] values) {
            states.put((long) (first + r) * width, values, 0, width);
        }

        @Override
        public void subtractAtTarget(int r, int word, double sum) {
            Floats memory = requireNonNull(kept);
            long at = 2 * at(r, word / sizes.tile()) + word % sizes.tile();
            Bf16.put(memory, at, (float) (Bf16.get(memory, at) - sum));
        }

        @Override
        public void keepHidden(int r, float[] scaled) {
            writeHiddenGradient(r, scaled);
        }

        @Override
        public void end() {
            if (keptHidden != null) {
                roundAll(states, first, keptHidden);
            }
        }
    }
}
