package dev.cria.core.ops.cpu;

/** Causal attention, forward: one task a tile of queries of one head. */
final class AttentionForward {
    private final Attention attention;
    private final Floats y;
    private final Floats logSumExp;
    private final Floats q;
    private final Floats k;
    private final Floats v;

    AttentionForward(Attention attention, Floats y, Floats logSumExp, Floats q, Floats k, Floats v) {
        this.attention = attention;
        this.y = y;
        this.logSumExp = logSumExp;
        this.q = q;
        this.k = k;
        this.v = v;
    }

    void run(WorkerPool pool) {
        int heads = attention.heads;
        pool.run(attention.plan.tiles().size() * heads, (task, worker) -> {
            run(attention.plan.tiles().get(task / heads), task % heads, worker);
        });
    }

    private void run(QueryTile tile, int head, Worker worker) {
        int length = tile.rows() * tile.stride();
        int outLength = tile.rows() * attention.headDim;
        Floats scores = worker.nativeTile(0, (long) length + outLength);
        attention.timesKeys(tile, head, scores, q, k, worker);
        float[] weights = worker.tile(0, length);
        float[] sums = worker.tile(1, tile.rows());
        scores.get(0, weights, 0, length);
        softmax(tile, head, weights, sums, worker);
        scores.put(0, weights, 0, length);
        attention.weightedSum(tile, head, scores.address(length), attention.headDim, scores, v, worker);
        float[] out = worker.tile(2, outLength);
        scores.get(length, out, 0, outLength);
        writeRows(tile, head, out, sums, worker);
    }

    /** Replaces scores by exp(score - max); the rows' sums divide the small result instead of the weights. */
    private void softmax(QueryTile tile, int head, float[] weights, float[] sums, Worker worker) {
        for (int r = 0; r < tile.rows(); r++) {
            int at = r * tile.stride();
            int worked = tile.worked(r);
            Attention.hide(tile, r, weights);
            float max = worker.kernels.max(weights, at, worked) * attention.scale;
            sums[r] = worker.kernels.expSum(weights, weights, at, worked, attention.scale, max);
            Attention.clearHidden(tile, r, weights);
            float lse = max + (float) StrictMath.log(sums[r]);
            logSumExp.put((long) (tile.from() + r) * attention.heads + head, lse);
        }
    }

    private void writeRows(QueryTile tile, int head, float[] out, float[] sums, Worker worker) {
        int headDim = attention.headDim;
        for (int r = 0; r < tile.rows(); r++) {
            worker.kernels.scale(out, r * headDim, headDim, 1 / sums[r]);
            y.put(attention.queryAt(tile.from() + r, head), out, r * headDim, headDim);
        }
    }
}
