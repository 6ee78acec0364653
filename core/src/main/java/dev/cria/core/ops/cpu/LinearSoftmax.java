package dev.cria.core.ops.cpu;

import static dev.cria.core.ops.RowWeights.BLOCK;

import dev.cria.core.ops.RowWeights;
import dev.cria.core.ops.cpu.ParallelGemm.Block;
import dev.cria.core.ops.cpu.ParallelGemm.Target;

/**
 * Softmax of scores x · weightᵀ, which exist a block of columns at a time: a task computes a block for some rows and makes numbers to
 * draw from of it while it is in the cache, relative to the block's largest score. How the blocks compare is found last.
 */
final class LinearSoftmax {
    private static final int STRIDE =
            BLOCK + 16; // between rows of scores: whole pages would share few places of a cache

    private final RowWeights to;
    private final float[] temperatures;
    private final int blocks;
    private final float[] largest; // [rows, blocks], score of each block
    private final float[] plainSums; // [rows, blocks], of exp(score - largest)

    LinearSoftmax(RowWeights to, float[] temperatures) {
        this.to = to;
        this.temperatures = temperatures;
        this.blocks = to.blocks();
        this.largest = new float[temperatures.length * blocks];
        this.plainSums = new float[temperatures.length * blocks];
    }

    /** Some rows from {@code firstRow} on, whose scores {@code product} gives. */
    void run(int firstRow, int rows, Floats weight, Block product, WorkerPool pool) {
        pool.run(blocks, (block, worker) -> {
            Floats scores = worker.nativeTile(3, (long) rows * STRIDE);
            product.run(weight, block * BLOCK, to.length(block), new Target(scores, 0, STRIDE), false, worker);
            for (int r = 0; r < rows; r++) {
                exponentiate(firstRow + r, block, scores, (long) r * STRIDE, worker);
            }
        });
        for (int r = firstRow; r < firstRow + rows; r++) {
            compare(r);
        }
    }

    private void exponentiate(int row, int block, Floats scores, long from, Worker worker) {
        float[] weights = to.weights();
        int at = row * to.columns() + block * BLOCK;
        int length = to.length(block);
        scores.get(from, weights, at, length);
        float max = Math.max(-Float.MAX_VALUE, worker.kernels.max(weights, at, length)); // where all are minus infinity
        float scale = 1 / temperatures[row];
        int i = row * blocks + block;
        if (scale != 1) {
            float[] plain = worker.tile(0, length);
            scores.get(from, plain, 0, length);
            plainSums[i] = worker.kernels.expSum(plain, plain, 0, length, 1, max);
        }
        to.blockSums()[i] = worker.kernels.expSum(weights, weights, at, length, scale, max * scale);
        largest[i] = max;
    }

    /** Brings a row's blocks to one scale. */
    private void compare(int row) {
        int first = row * blocks;
        float max = largest[first];
        for (int i = first + 1; i < first + blocks; i++) {
            max = Math.max(max, largest[i]);
        }
        float scale = 1 / temperatures[row];
        double sum = 0;
        double plain = 0;
        for (int i = first; i < first + blocks; i++) {
            plain += (double) plainSums[i] * Exp.exp(largest[i] - max);
            to.scales()[i] = Exp.exp((largest[i] - max) * scale);
            to.blockSums()[i] *= to.scales()[i];
            sum += to.blockSums()[i];
        }
        to.logSumExps()[2 * row] = (float) (max * scale + Exp.log(sum));
        to.logSumExps()[2 * row + 1] = (float) (max + Exp.log(scale == 1 ? sum : plain));
    }
}
