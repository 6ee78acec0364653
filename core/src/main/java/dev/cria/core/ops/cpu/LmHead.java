package dev.cria.core.ops.cpu;

import dev.cria.core.ops.Arena;
import dev.cria.core.ops.Tensor;
import java.util.Arrays;
import java.util.function.Function;

/**
 * The LM head fused with the log-probabilities of its targets, and their gradients in the same pass.
 *
 * <p>Rows are taken a chunk at a time. First each task runs a block of rows through the vocabulary, tile by tile: logits by
 * BLAS, exp while the tile is in the cache, and the tile's share of {@code dHidden}. The exponentials stay unnormalised; where
 * the row's sum is known, the small rows of hidden states and gradients are divided by it instead. Then each task adds the
 * chunk's share of {@code dWeight} for one tile of the vocabulary.
 */
final class LmHead {
    private static final int CHUNK = 512; // rows whose exponentials exist at a time
    private static final int SMALLEST_TASK = 32; // rows

    private final WorkerPool pool;
    private final Function<Tensor, Floats> host;
    private final HeadSizes sizes;
    private final HeadTensors tensors;
    private final int[] targets;

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

    LmHead(WorkerPool pool, Function<Tensor, Floats> host, HeadSizes sizes, HeadTensors tensors, int[] targets) {
        this.pool = pool;
        this.host = host;
        this.sizes = sizes;
        this.tensors = tensors;
        this.targets = targets;
    }

    void run(RowFactor factor, RowResult logProbs, Arena scratch) {
        Arena.Mark mark = scratch.mark();
        boolean narrow = Bf16HeadProducts.serve(sizes.width(), pool);
        int chunk = Math.min(narrow ? 2 * CHUNK : CHUNK, targets.length); // in bfloat16 as many bytes
        try {
            HeadProducts products = products(narrow, chunk, scratch);
            for (int from = 0; from < targets.length; from += chunk) {
                int first = from;
                int rows = Math.min(targets.length, from + chunk) - from;
                products.begin(from, rows);
                int perTask = rowsPerTask(rows, products);
                pool.run((rows + perTask - 1) / perTask, (task, worker) -> {
                    int at = task * perTask;
                    int count = Math.min(rows, at + perTask) - at;
                    new Block(products.block(at, count, worker), first + at, count, worker).run(factor, logProbs);
                });
                if (tensors.dWeight() != null) {
                    pool.run(sizes.tiles(), products::contributeToWeight);
                }
            }
        } finally {
            scratch.release(mark);
        }
    }

    private HeadProducts products(boolean narrow, int rows, Arena scratch) {
        return narrow
                ? new Bf16HeadProducts(pool, sizes, tensors, rows, scratch, host)
                : new FloatHeadProducts(sizes, tensors, rows, scratch, host);
    }

    private int rowsPerTask(int rows, HeadProducts products) {
        int share = Math.min(products.largestBlock(), Math.max(SMALLEST_TASK, rows / pool.threads()));
        int grain = products.rowGrain();
        return (share + grain - 1) / grain * grain;
    }

    /** Rows that one task runs through the vocabulary. */
    private final class Block {
        private final HeadProducts.Block products;
        private final int first; // of all rows
        private final int rows;
        private final Worker worker;
        private final boolean wantsGradients;
        private final float[] row; // one row of a tile
        private final float[] shifts; // subtracted from a row's logits before exp
        private final float[] targetLogits;
        private final double[] sums; // of a row's exponentials

        Block(HeadProducts.Block products, int first, int rows, Worker worker) {
            this.products = products;
            this.first = first;
            this.rows = rows;
            this.worker = worker;
            this.wantsGradients = tensors.dHidden() != null || tensors.dWeight() != null;
            this.row = worker.tile(0, Math.max(sizes.tile(), sizes.width()));
            this.shifts = worker.tile(5, rows);
            this.targetLogits = worker.tile(2, rows);
            this.sums = worker.doubles(rows);
            Arrays.fill(sums, 0, rows, 0);
        }

        void run(RowFactor factor, RowResult logProbs) {
            for (int t = 0; t < sizes.tiles(); t++) {
                products.multiply(t);
                if (t == 0) {
                    shiftByLargest();
                }
                for (int r = 0; r < rows; r++) {
                    exponentiate(r, t);
                }
                if (tensors.dHidden() != null) {
                    products.addToHidden(t);
                }
            }
            for (int r = 0; r < rows; r++) {
                logProbs.accept(first + r, targetLogits[r] - shifts[r] - Exp.log(sums[r]));
                finish(r, factor.of(first + r));
            }
            products.end();
        }

        /** In a loop of its own, since one compilation with the exponentials is more than the JIT compiler inlines. */
        private void shiftByLargest() {
            for (int r = 0; r < rows; r++) {
                products.readLogits(r, 0, row);
                shifts[r] = worker.kernels.max(row, 0, sizes.words(0));
            }
        }

        private void exponentiate(int r, int t) {
            int words = sizes.words(t);
            products.readLogits(r, t, row);
            int word = targets[first + r] - t * sizes.tile();
            if (word >= 0 && word < words) {
                targetLogits[r] = row[products.position(word, t)];
            }
            float sum = worker.kernels.expSum(row, row, 0, words, 1, shifts[r]);
            if (sum > Exp.OVERSHOOT) {
                products.readLogits(r, t, row);
                shift(r, t, worker.kernels.max(row, 0, words));
                sum = worker.kernels.expSum(row, row, 0, words, 1, shifts[r]);
            }
            sums[r] += sum;
            if (wantsGradients) {
                products.keep(r, t, row);
            }
        }

        /** Brings what earlier tiles gave for a row down to a new, larger shift. */
        private void shift(int r, int t, float newShift) {
            float factor = (float) StrictMath.exp((double) shifts[r] - newShift);
            shifts[r] = newShift;
            sums[r] *= factor;
            for (int u = 0; u < t; u++) {
                products.scaleKept(r, u, factor);
            }
            if (t > 0 && tensors.dHidden() != null) {
                float[] gradient = worker.tile(4, Math.max(sizes.tile(), sizes.width()));
                products.readHiddenGradient(r, gradient);
                worker.kernels.scale(gradient, 0, sizes.width(), factor);
                products.writeHiddenGradient(r, gradient);
            }
        }

        /** With a row's sum known: the division by it where it is cheap. */
        private void finish(int r, float factor) {
            int width = sizes.width();
            float scale = (float) (factor / sums[r]);
            if (tensors.dHidden() != null) {
                finishHidden(r, scale, factor, tensors.dHidden());
            }
            if (tensors.dWeight() != null) {
                products.subtractAtTarget(r, targets[first + r], sums[r]);
                tensors.hidden().get((long) (first + r) * width, row, 0, width);
                worker.kernels.scale(row, 0, width, scale);
                products.keepHidden(r, row);
            }
        }

        /** dHidden = factor (sum of p · weight - weight[target]). */
        private void finishHidden(int r, float scale, float factor, Floats dHidden) {
            int width = sizes.width();
            float[] target = worker.tile(4, Math.max(sizes.tile(), width));
            tensors.weight().get((long) targets[first + r] * width, target, 0, width);
            products.readHiddenGradient(r, row);
            worker.kernels.scale(row, 0, width, scale);
            worker.kernels.addScaled(row, 0, target, 0, width, -factor);
            dHidden.put((long) (first + r) * width, row, 0, width);
        }
    }
}
