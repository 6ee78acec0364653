package dev.cria.core.ops.cpu;

import java.util.List;

/**
 * Causal attention, backward: weights are computed again from the kept log-sum-exp. One task is a key head of a family
 * of segments, those that share a prefix, so that each gradient of a key or value is the business of one task.
 */
final class AttentionBackward {
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
        int length = tile.rows() * tile.stride();
        Floats scores = worker.nativeTile(0, length);
        Floats slopes = worker.nativeTile(1, length);
        attention.timesKeys(tile, head, scores, q, k, worker);
        attention.timesKeys(tile, head, slopes, gradients.dy, v, worker);
        for (int r = 0; r < tile.rows(); r++) {
            softmaxBackward(tile, r, head, scores, slopes, worker);
        }
        long dqAt = gradients.dq.address(attention.queryAt(tile.from(), head));
        attention.weightedSum(tile, head, dqAt, attention.qStride, slopes, k, worker);
        attention.addToKeys(tile, head, gradients.dv, scores, gradients.dy, overwrite, worker);
        attention.addToKeys(tile, head, gradients.dk, slopes, q, overwrite, worker);
    }

    /** A row from scores to weights, and from d(weights) to d(q kᵀ), on the heap and so in the L1 cache. */
    private void softmaxBackward(QueryTile tile, int r, int head, Floats scores, Floats slopes, Worker worker) {
        int token = tile.from() + r;
        long at = (long) r * tile.stride();
        int worked = tile.worked(r);
        float[] weights = worker.tile(0, tile.stride());
        float[] dWeights = worker.tile(1, tile.stride());
        scores.get(at, weights, 0, worked);
        slopes.get(at, dWeights, 0, worked);
        Attention.hide(tile, r, weights);
        float lse = logSumExp.get((long) token * attention.heads + head);
        worker.kernels.expSum(weights, weights, 0, worked, attention.scale, lse);
        worker.kernels.softmaxBackward(dWeights, weights, 0, worked, mean(token, head, worker), attention.scale);
        Attention.clearHidden(tile, r, weights);
        Attention.clearHidden(tile, r, dWeights);
        scores.put(at, weights, 0, tile.width());
        slopes.put(at, dWeights, 0, tile.width());
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
