package dev.cria.core.ops.cpu;

import dev.cria.core.ops.cpu.QueryTile.KeyBlock;
import java.util.Arrays;
import java.util.List;

/**
 * Causal attention, backward: weights are computed again from the kept log-sum-exp. One task is a key head of a family
 * of segments, those that share a prefix, so that each gradient of a key or value is the business of one task.
 */
final class AttentionBackward {
    private static final int STRIDE =
            AttentionPlan.KEYS + 16; // rows a multiple of 1 kB apart would share few sets of the cache

    private final Attention attention;
    private final Gradients gradients;
    private final Floats y;
    private final Floats logSumExp;
    private final Floats q;
    private final Floats k;
    private final Floats v;

    /** The gradient that comes in and those that go out. */
    record Gradients(Floats dq, Floats dk, Floats dv, Floats dy) {}

    AttentionBackward(
            Attention attention, Gradients gradients, Floats y, Floats logSumExp, Floats q, Floats k, Floats v) {
        this.attention = attention;
        this.gradients = gradients;
        this.y = y;
        this.logSumExp = logSumExp;
        this.q = q;
        this.k = k;
        this.v = v;
    }

    void run(WorkerPool pool) {
        List<List<List<QueryTile>>> families = attention.plan.families();
        int kvHeads = attention.kvHeads;
        pool.run(families.size() * kvHeads, (task, worker) -> {
            List<List<QueryTile>> family = families.get(task / kvHeads);
            for (int s = 0; s < family.size(); s++) {
                runSegment(family.get(s), task % kvHeads, worker);
            }
        });
    }

    /** The last tile of queries sees all keys of its segment: it comes first and overwrites their gradients. */
    private void runSegment(List<QueryTile> tiles, int kvHead, Worker worker) {
        int group = attention.heads / attention.kvHeads;
        int firstHead = kvHead * group;
        int last = tiles.size() - 1;
        for (int head = firstHead; head < firstHead + group; head++) {
            for (int i = last; i >= 0; i--) {
                run(tiles.get(i), head, head == firstHead && i == last, worker);
            }
        }
    }

    private void run(QueryTile tile, int head, boolean overwrite, Worker worker) {
        float[] means = worker.tile(4, tile.rows());
        for (int r = 0; r < tile.rows(); r++) {
            means[r] = mean(tile.from() + r, head, worker);
        }
        List<KeyBlock> blocks = tile.blocks();
        for (int i = 0; i < blocks.size(); i++) {
            run(tile, blocks.get(i), head, means, overwrite, worker);
        }
    }

    private void run(QueryTile tile, KeyBlock block, int head, float[] means, boolean overwrite, Worker worker) {
        Floats scores = worker.nativeTile(0, (long) tile.rows() * STRIDE);
        Floats slopes = worker.nativeTile(1, (long) tile.rows() * STRIDE);
        long weights = scores.address(0);
        long dScores = slopes.address(0);
        attention.timesKeys(tile, block, head, weights, STRIDE, q, k, worker);
        attention.timesKeys(tile, block, head, dScores, STRIDE, gradients.dy, v, worker);
        for (int r = 0; r < tile.rows(); r++) {
            float lse = logSumExp.get((long) (tile.from() + r) * attention.heads + head);
            softmaxBackward(r, tile.visible(r, block), block.count(), lse, means[r], scores, slopes, worker);
        }
        long dqAt = gradients.dq.address(attention.queryAt(tile.from(), head));
        attention.weightedSum(tile, block, head, dqAt, attention.qStride, dScores, STRIDE, k, worker);
        attention.addToKeys(tile, block, head, gradients.dv, weights, STRIDE, gradients.dy, overwrite, worker);
        attention.addToKeys(tile, block, head, gradients.dk, dScores, STRIDE, q, overwrite, worker);
    }

    /**
     * A row from scores to weights, and from d(weights) to d(q kᵀ), on the heap and so in the L1 cache. Hidden weights become 0
     * before they are multiplied: exp of the lowest exponent times anything small is denormal, and slow.
     */
    private void softmaxBackward(
            int r, int visible, int count, float lse, float mean, Floats scores, Floats slopes, Worker worker) {
        long at = (long) r * STRIDE;
        int worked = QueryTile.wholeVectors(visible);
        int end = Math.max(worked, count);
        float[] weights = worker.tile(0, STRIDE);
        float[] dWeights = worker.tile(1, STRIDE);
        scores.get(at, weights, 0, worked);
        slopes.get(at, dWeights, 0, worked);
        Arrays.fill(weights, visible, worked, Attention.HIDDEN);
        worker.kernels.expSum(weights, weights, 0, worked, attention.scale, lse);
        Arrays.fill(weights, visible, end, 0f);
        worker.kernels.softmaxBackward(dWeights, weights, 0, worked, mean, attention.scale);
        Arrays.fill(dWeights, visible, end, 0f);
        scores.put(at, weights, 0, count);
        slopes.put(at, dWeights, 0, count);
    }

    /** The weighted mean of a row of d(weights), which is y · dy. */
    private float mean(int token, int head, Worker worker) {
        int headDim = attention.headDim;
        float[] out = worker.tile(2, headDim);
        float[] dOut = worker.tile(3, headDim);
        y.get(attention.queryAt(token, head), out, 0, headDim);
        gradients.dy.get(attention.queryAt(token, head), dOut, 0, headDim);
        return worker.kernels.dot(out, 0, dOut, 0, headDim);
    }
}
