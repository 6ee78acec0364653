package dev.cria.core.ops.cpu;

import java.util.Arrays;

/**
 * Attention of single queries over cached keys and values. A task is a query with all its heads, since neighbouring heads lie in
 * the same cache lines; where queries are few, a query with the heads of one key head.
 */
final class CachedAttention {
    private static final int TASKS_PER_THREAD = 4;
    private static final int LARGEST_FETCH = 1 << 16; // elements of keys or values: half of a small L2 cache

    private final Floats y;
    private final Floats q;
    private final Floats keys;
    private final Floats values;
    private final int headDim;
    private final int heads;
    private final int kvHeads;
    private final float scale;

    CachedAttention(Floats y, Floats q, Floats keys, Floats values, int headDim, int heads, int kvHeads) {
        this.y = y;
        this.q = q;
        this.keys = keys;
        this.values = values;
        this.headDim = headDim;
        this.heads = heads;
        this.kvHeads = kvHeads;
        this.scale = (float) (1 / Math.sqrt(headDim));
    }

    void run(int[][] contexts, WorkerPool pool) {
        int pieces = contexts.length < TASKS_PER_THREAD * pool.threads() ? kvHeads : 1; // of a query
        int headsPerTask = heads / pieces;
        pool.run(contexts.length * pieces, (task, worker) -> {
            int query = task / pieces;
            int first = task % pieces * headsPerTask;
            attend(query, first, headsPerTask, contexts[query], worker);
        });
    }

    /** Some heads of one query, which see the rows of {@code spans}. */
    private void attend(int query, int firstHead, int count, int[] spans, Worker worker) {
        int length = length(spans);
        int stride = QueryTile.wholeVectors(length);
        Floats scores = worker.nativeTile(0, (long) count * stride); // [count, stride]
        boolean fetches = count == heads && waitsForRows(length, worker);
        if (fetches) {
            fetch(keys, spans, worker);
        }
        for (int i = 0; i < count; i++) {
            score(query, firstHead + i, spans, scores.address((long) i * stride), worker);
        }
        float[] sums = worker.tile(1, count);
        exponentiate(scores, count, length, stride, sums, worker);
        if (fetches) {
            fetch(values, spans, worker);
        }
        for (int i = 0; i < count; i++) {
            sum(query, firstHead + i, spans, scores.address((long) i * stride), 1 / sums[i], worker);
        }
    }

    /** Whether to read the rows of all heads first, which a head by itself would skip through. */
    private boolean waitsForRows(int length, Worker worker) {
        int width = kvHeads * headDim;
        return (long) length * width <= LARGEST_FETCH && worker.gemm.waitsForRows(width);
    }

    private void fetch(Floats rows, int[] spans, Worker worker) {
        int width = kvHeads * headDim;
        for (int i = 0; i < spans.length; i += 2) {
            worker.fetchInStreams(rows, (long) spans[i] * width, (long) (spans[i + 1] - spans[i]) * width);
        }
    }

    /** scores = scale keys · q for one head. */
    private void score(int query, int head, int[] spans, long scores, Worker worker) {
        long from = q.address(queryAt(query, head));
        int stride = kvHeads * headDim;
        long to = scores;
        for (int i = 0; i < spans.length; i += 2) {
            int rows = spans[i + 1] - spans[i];
            long first = keys.address(keyAt(spans[i], head));
            worker.gemm.multiplyVector(false, rows, headDim, scale, first, stride, from, 0, to, 1);
            to += (long) rows * Float.BYTES;
        }
    }

    /** Rows of scores become exp(score - max), and 0 or next to it where they are filled up to whole vectors. */
    private static void exponentiate(Floats scores, int rows, int length, int stride, float[] sums, Worker worker) {
        float[] weights = worker.tile(0, rows * stride);
        scores.get(0, weights, 0, rows * stride);
        for (int r = 0; r < rows; r++) {
            Arrays.fill(weights, r * stride + length, (r + 1) * stride, Attention.HIDDEN);
            float max = worker.kernels.max(weights, r * stride, length);
            sums[r] = worker.kernels.expSum(weights, weights, r * stride, stride, 1, max);
        }
        scores.put(0, weights, 0, rows * stride);
    }

    /** y = factor valuesᵀ · weights for one head. */
    private void sum(int query, int head, int[] spans, long weights, float factor, Worker worker) {
        long to = y.address(queryAt(query, head));
        int stride = kvHeads * headDim;
        long from = weights;
        for (int i = 0; i < spans.length; i += 2) {
            int rows = spans[i + 1] - spans[i];
            long first = values.address(keyAt(spans[i], head));
            worker.gemm.multiplyVector(true, rows, headDim, factor, first, stride, from, i == 0 ? 0 : 1, to, 1);
            from += (long) rows * Float.BYTES;
        }
    }

    private long queryAt(int query, int head) {
        return ((long) query * heads + head) * headDim;
    }

    private long keyAt(int row, int head) {
        return ((long) row * kvHeads + head * kvHeads / heads) * headDim;
    }

    private static int length(int[] spans) {
        int length = 0;
        for (int i = 0; i < spans.length; i += 2) {
            length += spans[i + 1] - spans[i];
        }
        return length;
    }
}
