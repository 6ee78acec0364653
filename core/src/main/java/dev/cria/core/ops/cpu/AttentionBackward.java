package dev.cria.core.ops.cpu;

import dev.cria.core.ops.cpu.QueryTile.KeyBlock;
import java.util.Arrays;
import java.util.List;

/**
 * Causal attention, backward: weights are computed again from the kept log-sum-exp. One task is a key head of a family
 * of segments, those that share a prefix, so that each gradient of a key or value is the business of one task.
 */
final class AttentionBackward {
    private static final int PADDING =
            16; // elements, so that rows are no multiple of 1 kB apart: few sets of the cache
    private static final int CHUNK = 2048; // elements of scores that are on the heap at once, whole rows
    private static final int TOKENS = 16; // of a task that prepares

    private final Attention attention;
    private final Gradients gradients;
    private final Floats y;
    private final Floats logSumExp;
    private final Floats q;
    private final Floats k;
    private final Floats v;
    private final float[] means;

    /** The gradient that comes in and those that go out. */
    record Gradients(Floats dq, Floats dk, Floats dv, Floats dy) {}

    /**
     * A pass.
     *
     * @param means scratch of at least one element per token and head
     */
    AttentionBackward(
            Attention attention,
            Gradients gradients,
            Floats y,
            Floats logSumExp,
            Floats q,
            Floats k,
            Floats v,
            float[] means) {
        this.attention = attention;
        this.gradients = gradients;
        this.y = y;
        this.logSumExp = logSumExp;
        this.q = q;
        this.k = k;
        this.v = v;
        this.means = means;
    }

    void run(WorkerPool pool) {
        int tokens = attention.plan.tokens();
        pool.run((tokens + TOKENS - 1) / TOKENS, (task, worker) -> {
            int from = task * TOKENS;
            prepare(from, Math.min(tokens, from + TOKENS), worker);
        });
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
        List<KeyBlock> blocks = tile.blocks();
        for (int i = 0; i < blocks.size(); i++) {
            run(tile, blocks.get(i), head, overwrite, worker);
        }
    }

    private void run(QueryTile tile, KeyBlock block, int head, boolean overwrite, Worker worker) {
        int stride = QueryTile.wholeVectors(block.count()) + PADDING;
        Floats scores = worker.nativeTile(0, (long) tile.rows() * stride);
        Floats slopes = worker.nativeTile(1, (long) tile.rows() * stride);
        long weights = scores.address(0);
        long dScores = slopes.address(0);
        attention.timesKeys(tile, block, head, weights, stride, q, k, worker);
        attention.timesKeys(tile, block, head, dScores, stride, gradients.dy, v, worker);
        int some = CHUNK / stride;
        for (int r = 0; r < tile.rows(); r += some) {
            softmaxBackward(tile, block, r, Math.min(tile.rows(), r + some), head, scores, slopes, worker);
        }
        long dqAt = gradients.dq.address(attention.queryAt(tile.from(), head));
        attention.weightedSum(tile, block, head, dqAt, attention.qStride, dScores, stride, k, worker);
        attention.addToKeys(tile, block, head, gradients.dv, weights, stride, gradients.dy, overwrite, worker);
        attention.addToKeys(tile, block, head, gradients.dk, dScores, stride, q, overwrite, worker);
    }

    /**
     * Some rows from scores to weights, and from d(weights) to d(q kᵀ), on the heap and so in the L1 cache. Hidden weights become 0
     * before they are multiplied: exp of the lowest exponent times anything small is denormal, and slow.
     */
    private void softmaxBackward(
            QueryTile tile, KeyBlock block, int from, int to, int head, Floats scores, Floats slopes, Worker worker) {
        int stride = QueryTile.wholeVectors(block.count()) + PADDING;
        int length = (to - from) * stride;
        float[] weights = worker.tile(0, length);
        float[] dWeights = worker.tile(1, length);
        scores.get((long) from * stride, weights, 0, length);
        slopes.get((long) from * stride, dWeights, 0, length);
        for (int r = from; r < to; r++) {
            int at = (r - from) * stride;
            int hidden = at + tile.visible(r, block);
            int worked = QueryTile.wholeVectors(tile.visible(r, block));
            int end = at + Math.max(worked, block.count());
            int query = (tile.from() + r) * attention.heads + head;
            Arrays.fill(weights, hidden, at + worked, Attention.HIDDEN);
            worker.kernels.expSum(weights, weights, at, worked, attention.scale, logSumExp.get(query));
            Arrays.fill(weights, hidden, end, 0f);
            worker.kernels.softmaxBackward(dWeights, weights, at, worked, means[query], attention.scale);
            Arrays.fill(dWeights, hidden, end, 0f);
        }
        scores.put((long) from * stride, weights, 0, length);
        slopes.put((long) from * stride, dWeights, 0, length);
    }

    /** The weighted mean of each row of d(weights), which is y · dy, for some tokens and all heads. */
    private void prepare(int from, int to, Worker worker) {
        int headDim = attention.headDim;
        int length = (to - from) * attention.qStride;
        float[] out = worker.tile(0, length);
        float[] dOut = worker.tile(1, length);
        y.get(attention.queryAt(from, 0), out, 0, length);
        gradients.dy.get(attention.queryAt(from, 0), dOut, 0, length);
        int heads = (to - from) * attention.heads;
        for (int i = 0; i < heads; i++) {
            means[from * attention.heads + i] = worker.kernels.dot(out, i * headDim, dOut, i * headDim, headDim);
        }
    }
}
