package dev.cria.core.ops.cpu;

/** Attention of single queries over cached keys and values: one task a query and key head. */
final class CachedAttention {
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
        pool.run(contexts.length * kvHeads, (task, worker) -> {
            int query = task / kvHeads;
            int kvHead = task % kvHeads;
            int group = heads / kvHeads;
            for (int head = kvHead * group; head < (kvHead + 1) * group; head++) {
                attend((long) (query * heads + head) * headDim, kvHead, contexts[query], worker);
            }
        });
    }

    /** One head of one query; its values start at {@code at} in q and y. */
    private void attend(long at, int kvHead, int[] spans, Worker worker) {
        int length = length(spans);
        Floats scores = worker.nativeTile(0, length);
        int stride = kvHeads * headDim;
        int done = 0;
        for (int i = 0; i < spans.length; i += 2) {
            long first = keys.address((long) spans[i] * stride + (long) kvHead * headDim);
            int rows = spans[i + 1] - spans[i];
            worker.gemm.multiplyVector(
                    false, rows, headDim, scale, first, stride, q.address(at), 0, scores.address(done));
            done += rows;
        }
        softmax(scores, length, worker);
        done = 0;
        for (int i = 0; i < spans.length; i += 2) {
            long first = values.address((long) spans[i] * stride + (long) kvHead * headDim);
            int rows = spans[i + 1] - spans[i];
            float beta = i == 0 ? 0 : 1;
            worker.gemm.multiplyVector(
                    true, rows, headDim, 1, first, stride, scores.address(done), beta, y.address(at));
            done += rows;
        }
    }

    private static void softmax(Floats scores, int length, Worker worker) {
        float[] weights = worker.tile(0, length);
        scores.get(0, weights, 0, length);
        float max = worker.kernels.max(weights, 0, length);
        float sum = worker.kernels.expSum(weights, weights, 0, length, 1, max);
        worker.kernels.scale(weights, 0, length, 1 / sum);
        scores.put(0, weights, 0, length);
    }

    private static int length(int[] spans) {
        int length = 0;
        for (int i = 0; i < spans.length; i += 2) {
            length += spans[i + 1] - spans[i];
        }
        return length;
    }
}
