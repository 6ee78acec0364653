package dev.cria.core.ops.cpu;

import dev.cria.core.ops.cpu.QueryTile.KeyBlock;
import java.util.Arrays;
import java.util.List;

/** Causal attention, forward: one task a tile of queries of one head. */
final class AttentionForward {
    private static final int CHUNK = 4096; // elements of scores that are on the heap at once, whole rows

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
        int stride = tile.stride();
        int length = tile.rows() * stride;
        int outLength = tile.rows() * attention.headDim;
        Floats scores = worker.nativeTile(0, (long) length + outLength);
        List<KeyBlock> blocks = tile.blocks();
        for (int i = 0; i < blocks.size(); i++) {
            KeyBlock block = blocks.get(i);
            attention.timesKeys(tile, block, head, scores.address(block.column()), stride, q, k, worker);
        }
        float[] sums = worker.tile(1, tile.rows());
        int some = Math.max(1, CHUNK / stride);
        for (int r = 0; r < tile.rows(); r += some) {
            softmax(tile, r, Math.min(tile.rows(), r + some), head, scores, sums, worker);
        }
        long sum = scores.address(length);
        for (int i = 0; i < blocks.size(); i++) {
            KeyBlock block = blocks.get(i);
            long weights = scores.address(block.column());
            attention.weightedSum(tile, block, head, sum, attention.headDim, weights, stride, v, worker);
        }
        float[] out = worker.tile(2, outLength);
        scores.get(length, out, 0, outLength);
        writeRows(tile, head, out, sums, worker);
    }

    /**
     * Replaces some rows of scores by exp(score - shift), on the heap and so in the L1 cache. The shift is the first key's score, and the
     * largest one only where that overshoots: to search for it takes longer than the exponentials of a short row.
     *
     * @param sums receives each row's sum, by which the small result is divided instead of the weights
     */
    private void softmax(QueryTile tile, int from, int to, int head, Floats scores, float[] sums, Worker worker) {
        int stride = tile.stride();
        int length = (to - from) * stride;
        float[] rows = worker.tile(0, length);
        scores.get((long) from * stride, rows, 0, length);
        for (int r = from; r < to; r++) {
            int at = (r - from) * stride;
            int visible = tile.visible(r);
            int worked = QueryTile.wholeVectors(visible);
            Arrays.fill(rows, at + visible, at + worked, Attention.HIDDEN);
            float shift = rows[at] * attention.scale;
            float sum = worker.kernels.expSum(rows, rows, at, worked, attention.scale, shift);
            if (!(sum <= Exp.OVERSHOOT)) { // or if it is not a number, as after a first score of negative infinity
                scores.get((long) r * stride, rows, at, visible);
                Arrays.fill(rows, at + visible, at + worked, Attention.HIDDEN);
                shift = worker.kernels.max(rows, at, visible) * attention.scale;
                sum = worker.kernels.expSum(rows, rows, at, worked, attention.scale, shift);
            }
            Arrays.fill(rows, at + visible, at + stride, 0f);
            sums[r] = sum;
            float lse = shift + (float) Exp.log(sum);
            logSumExp.put((long) (tile.from() + r) * attention.heads + head, lse);
        }
        scores.put((long) from * stride, rows, 0, length);
    }

    private void writeRows(QueryTile tile, int head, float[] out, float[] sums, Worker worker) {
        int headDim = attention.headDim;
        for (int r = 0; r < tile.rows(); r++) {
            worker.kernels.scale(out, r * headDim, headDim, 1 / sums[r]);
            y.put(attention.queryAt(tile.from() + r, head), out, r * headDim, headDim);
        }
    }
}
