package dev.cria.core.ops.cpu;

import dev.cria.core.ops.Arena;
import dev.cria.core.ops.Tensor;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The LM head fused with the log-probabilities of its targets, and their gradients in the same pass.
 *
 * <p>Rows are taken a chunk at a time. First each task runs a block of rows through the vocabulary, tile by tile: logits by
 * BLAS, exp in place while the tile is in the cache, and the tile's share of {@code dHidden}. The exponentials stay
 * unnormalised; where the row's sum is known, the small rows of hidden states and gradients are divided by it instead. Then
 * each task adds the chunk's share of {@code dWeight} for one tile of the vocabulary.
 */
final class LmHead {
    private static final int CHUNK = 1024; // rows
    private static final int ROWS_PER_TASK = 256;
    private static final int TILE = 1024; // words of the vocabulary, at most
    private static final int GRAIN = 32; // tiles are multiples of it: two vectors of 16 lanes
    private static final int PADDING = 16; // rows a multiple of 4 kB apart would fall into one set of the L1 cache
    private static final float HEADROOM =
            40; // how far a logit may exceed its row's shift: exp(40) * vocab is far from overflow

    private final WorkerPool pool;
    private final Function<Tensor, Floats> host;
    private final Floats hidden;
    private final Floats weight;
    private final int[] targets;
    private final int width; // of a hidden state
    private final int vocab;
    private final int tile;
    private final int tiles;
    private final int stride; // elements from one row of a tile to the next

    /** What is wanted of a pass over the rows. */
    record Wanted(@Nullable Floats dHidden, @Nullable Floats dWeight, RowFactor factor, RowResult logProbs) {}

    /** d(loss) / d(-log p(target)) of a row. */
    @FunctionalInterface
    interface RowFactor {
        float of(int row);
    }

    /** Takes a row's log-probability. */
    @FunctionalInterface
    interface RowResult {
        void accept(int row, double logProb);
    }

    LmHead(WorkerPool pool, Function<Tensor, Floats> host, Tensor hidden, Tensor weight, int[] targets) {
        this.pool = pool;
        this.host = host;
        this.hidden = host.apply(hidden);
        this.weight = host.apply(weight);
        this.targets = targets;
        this.width = hidden.columns();
        this.vocab = weight.rows();
        int wanted = (vocab + TILE - 1) / TILE;
        this.tile = ((vocab + wanted - 1) / wanted + GRAIN - 1) / GRAIN * GRAIN;
        this.tiles = (vocab + tile - 1) / tile;
        this.stride = tile + PADDING;
    }

    void run(Wanted wanted, Arena scratch) {
        Arena.Mark mark = scratch.mark();
        try {
            int rows = Math.min(CHUNK, targets.length);
            boolean keep = wanted.dWeight != null;
            Floats exponentials = keep ? host.apply(scratch.allocate(rows, (long) tiles * stride)) : null;
            Floats scaledHidden = keep ? host.apply(scratch.allocate(rows, width)) : null;
            for (int from = 0; from < targets.length; from += CHUNK) {
                Chunk chunk = new Chunk(
                        wanted, from, Math.min(targets.length, from + CHUNK) - from, exponentials, scaledHidden);
                int perTask = Math.min(ROWS_PER_TASK, Math.max(GRAIN, chunk.rows / pool.threads()));
                pool.run((chunk.rows + perTask - 1) / perTask, (task, worker) -> {
                    int first = task * perTask;
                    new Block(chunk, first, Math.min(chunk.rows, first + perTask) - first, worker).run();
                });
                if (keep) {
                    pool.run(tiles, chunk::addToWeight);
                }
            }
        } finally {
            scratch.release(mark);
        }
    }

    private int tileWidth(int t) {
        return Math.min(vocab, (t + 1) * tile) - t * tile;
    }

    /** Rows {@code from} on; exponentials are kept as [tiles][rows, stride]. */
    private final class Chunk {
        final Wanted wanted;
        final int from;
        final int rows;
        final @Nullable Floats exponentials;
        final @Nullable Floats scaledHidden; // [rows, width]

        Chunk(Wanted wanted, int from, int rows, @Nullable Floats exponentials, @Nullable Floats scaledHidden) {
            this.wanted = wanted;
            this.from = from;
            this.rows = rows;
            this.exponentials = exponentials;
            this.scaledHidden = scaledHidden;
        }

        long exponentialAt(int row, int word) {
            return ((long) (word / tile) * rows + row) * stride + word % tile;
        }

        /** dWeight[tile] += exponentialsᵀ · scaledHidden. */
        void addToWeight(int t, Worker worker) {
            if (exponentials == null || scaledHidden == null || wanted.dWeight == null) {
                return;
            }
            long words = exponentials.address(exponentialAt(0, t * tile));
            long to = wanted.dWeight.address((long) t * tile * width);
            worker.weightGemm.multiply(
                    true,
                    false,
                    tileWidth(t),
                    width,
                    rows,
                    1,
                    words,
                    stride,
                    scaledHidden.address(0),
                    width,
                    1,
                    to,
                    width);
        }
    }

    /** Rows of a chunk that one task runs through the vocabulary. */
    private final class Block {
        private final Chunk chunk;
        private final int first; // in the chunk
        private final int rows;
        private final Worker worker;
        private final Floats logits; // where the present tile goes
        private final float[] row; // one row of a tile
        private final float[] shifts; // subtracted from a row's logits before exp
        private final float[] targetLogits;
        private final double[] sums; // of a row's exponentials

        Block(Chunk chunk, int first, int rows, Worker worker) {
            this.chunk = chunk;
            this.first = first;
            this.rows = rows;
            this.worker = worker;
            this.logits = chunk.exponentials != null ? chunk.exponentials : worker.nativeTile((long) rows * stride);
            this.row = worker.tile(0, Math.max(tile, width));
            this.shifts = worker.tile(1, rows);
            this.targetLogits = worker.tile(2, rows);
            this.sums = worker.doubles(rows);
            Arrays.fill(sums, 0, rows, 0);
        }

        void run() {
            for (int t = 0; t < tiles; t++) {
                multiply(t);
                for (int r = 0; r < rows; r++) {
                    exponentiate(r, t);
                }
                addToHidden(t);
            }
            for (int r = 0; r < rows; r++) {
                finish(r);
            }
        }

        private long at(int r, int t) {
            return chunk.exponentials == null ? (long) r * stride : chunk.exponentialAt(first + r, t * tile);
        }

        private void multiply(int t) {
            long rowsAt = hidden.address((long) (chunk.from + first) * width);
            long words = weight.address((long) t * tile * width);
            long to = logits.address(at(0, t));
            worker.weightGemm.multiply(
                    false, true, rows, tileWidth(t), width, 1, rowsAt, width, words, width, 0, to, stride);
        }

        private void exponentiate(int r, int t) {
            int n = tileWidth(t);
            logits.get(at(r, t), row, 0, n);
            int word = targets[chunk.from + first + r] - t * tile;
            if (word >= 0 && word < n) {
                targetLogits[r] = row[word];
            }
            float max = worker.kernels.max(row, 0, n);
            if (t == 0) {
                shifts[r] = max;
            } else if (max > shifts[r] + HEADROOM) {
                shift(r, t, max);
            }
            sums[r] += worker.kernels.expSum(row, row, 0, n, 1, shifts[r]);
            logits.put(at(r, t), row, 0, n);
        }

        /** Brings what earlier tiles gave for a row down to a new, larger shift. */
        private void shift(int r, int t, float newShift) {
            float factor = (float) StrictMath.exp((double) shifts[r] - newShift);
            shifts[r] = newShift;
            sums[r] *= factor;
            float[] earlier = worker.tile(3, Math.max(tile, width));
            if (chunk.exponentials != null) {
                for (int u = 0; u < t; u++) {
                    scale(chunk.exponentials, at(r, u), earlier, tile, factor);
                }
            }
            if (chunk.wanted.dHidden != null) {
                scale(chunk.wanted.dHidden, hiddenAt(r), earlier, width, factor);
            }
        }

        private void scale(Floats x, long at, float[] values, int length, float factor) {
            x.get(at, values, 0, length);
            worker.kernels.scale(values, 0, length, factor);
            x.put(at, values, 0, length);
        }

        private long hiddenAt(int r) {
            return (long) (chunk.from + first + r) * width;
        }

        /** dHidden += exponentials[tile] · weight[tile]. */
        private void addToHidden(int t) {
            if (chunk.wanted.dHidden == null) {
                return;
            }
            long words = weight.address((long) t * tile * width);
            long from = logits.address(at(0, t));
            long to = chunk.wanted.dHidden.address(hiddenAt(0));
            worker.weightGemm.multiply(
                    false, false, rows, width, tileWidth(t), 1, from, stride, words, width, t == 0 ? 0 : 1, to, width);
        }

        /** With a row's sum known: its log-probability, and the division by the sum where it is cheap. */
        private void finish(int r) {
            int index = chunk.from + first + r;
            double sum = sums[r];
            chunk.wanted.logProbs.accept(index, targetLogits[r] - shifts[r] - StrictMath.log(sum));
            float factor = chunk.wanted.factor.of(index);
            if (chunk.wanted.dHidden != null) {
                finishHidden(chunk.wanted.dHidden, r, (float) (factor / sum), factor);
            }
            if (chunk.exponentials != null && chunk.scaledHidden != null) {
                long at = chunk.exponentialAt(first + r, targets[index]);
                chunk.exponentials.put(at, (float) (chunk.exponentials.get(at) - sum)); // p - 1 at the target
                hidden.get(hiddenAt(r), row, 0, width);
                worker.kernels.scale(row, 0, width, (float) (factor / sum));
                chunk.scaledHidden.put((long) (first + r) * width, row, 0, width);
            }
        }

        /** dHidden = factor (sum of p · weight - weight[target]). */
        private void finishHidden(Floats dHidden, int r, float scale, float factor) {
            float[] target = worker.tile(3, Math.max(tile, width));
            weight.get((long) targets[chunk.from + first + r] * width, target, 0, width);
            dHidden.get(hiddenAt(r), row, 0, width);
            worker.kernels.scale(row, 0, width, scale);
            worker.kernels.addScaled(row, 0, target, 0, width, -factor);
            dHidden.put(hiddenAt(r), row, 0, width);
        }
    }
}
