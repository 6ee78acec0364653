package dev.cria.core.ops.cpu;

import dev.cria.core.ops.cpu.QueryTile.KeyBlock;
import java.util.Arrays;
import java.util.List;

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
        for (int r = 0; r < tile.rows(); r++) {
            sums[r] = softmax(tile, r, head, scores, worker);
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
     * Replaces a row of scores by exp(score - shift), on the heap and so in the L1 cache. The shift is the first key's score, and the
     * largest one only where that overshoots: to search for it takes longer than the exponentials of a short row.
     *
     * @return their sum, by which the small result is divided instead of the weights
     */
    private float softmax(QueryTile tile, int r, int head, Floats scores, Worker worker) {
        int stride = tile.stride();
        long at = (long) r * stride;
        int visible = tile.visible(r);
        int worked = QueryTile.wholeVectors(visible);
        float[] row = worker.tile(0, stride);
        readScores(scores, at, row, visible, worked);
        float shift = row[0] * attention.scale;
        float sum = worker.kernels.expSum(row, row, 0, worked, attention.scale, shift);
        if (!(sum <= Exp.OVERSHOOT)) { // or if it is not a number, as after a first score of negative infinity
            readScores(scores, at, row, visible, worked);
            shift = worker.kernels.max(row, 0, worked) * attention.scale;
            sum = worker.kernels.expSum(row, row, 0, worked, attention.scale, shift);
        }
        Arrays.fill(row, visible, stride, 0f);
        scores.put(at, row, 0, tile.width());
        float lse = shift + (float) StrictMath.log(sum);
        logSumExp.put((long) (tile.from() + r) * attention.heads + head, lse);
        return sum;
    }

    private static void readScores(Floats scores, long at, float[] row, int visible, int worked) {
        scores.get(at, row, 0, worked);
        Arrays.fill(row, visible, worked, Attention.HIDDEN);
    }

    private void writeRows(QueryTile tile, int head, float[] out, float[] sums, Worker worker) {
        int headDim = attention.headDim;
        for (int r = 0; r < tile.rows(); r++) {
            worker.kernels.scale(out, r * headDim, headDim, 1 / sums[r]);
            y.put(attention.queryAt(tile.from() + r, head), out, r * headDim, headDim);
        }
    }
}
