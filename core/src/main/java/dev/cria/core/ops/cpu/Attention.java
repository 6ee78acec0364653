package dev.cria.core.ops.cpu;

import dev.cria.core.ops.cpu.QueryTile.Span;
import java.util.Arrays;
import java.util.List;

/**
 * What the passes of causal attention share: sizes, and the products of a tile of queries with all keys or values that
 * the tile sees. Memory is linear in the length: a task holds the scores of one tile.
 */
final class Attention {
    private static final int KEYS = 256; // per product
    private static final int GRAIN = 64; // keys of a product whose size comes again are multiples of it
    private static final float HIDDEN = -1e30f; // score of a token that must not be seen

    final AttentionPlan plan;
    final int headDim;
    final int heads;
    final int kvHeads;
    final int qStride; // elements of a row of q and y
    final int kvStride; // elements of a row of k and v
    final float scale;

    Attention(AttentionPlan plan, int heads, int kvHeads, int headDim) {
        this.plan = plan;
        this.heads = heads;
        this.kvHeads = kvHeads;
        this.headDim = headDim;
        this.qStride = heads * headDim;
        this.kvStride = kvHeads * headDim;
        this.scale = (float) (1 / Math.sqrt(headDim));
    }

    /** First element of a head in a row of q or y. */
    long queryAt(int token, int head) {
        return (long) token * qStride + (long) head * headDim;
    }

    /** First element in a row of k or v of what a query head reads. */
    long keyAt(int token, int head) {
        return (long) token * kvStride + (long) (head * kvHeads / heads) * headDim;
    }

    /** out [rows, width] = a bᵀ, its rows a stride apart, where a has the rows of q and b those of k. */
    void timesKeys(QueryTile tile, int head, Floats out, Floats a, Floats b, Worker worker) {
        long rows = a.address(queryAt(tile.from(), head));
        int stride = tile.stride();
        int column = 0;
        List<Span> spans = tile.spans();
        for (int i = 0; i < spans.size(); i++) {
            Span span = spans.get(i);
            for (int from = span.from(), n; from < span.to(); from += n, column += n) {
                n = keys(span.to() - from);
                long keys = b.address(keyAt(from, head));
                gemm(tile, n, worker)
                        .multiply(
                                false,
                                true,
                                tile.rows(),
                                n,
                                headDim,
                                1,
                                rows,
                                qStride,
                                keys,
                                kvStride,
                                0,
                                out.address(column),
                                stride);
            }
        }
    }

    /** out [rows, headDim] = weights [rows, width] · values, where values has the rows of v. */
    void weightedSum(QueryTile tile, int head, long out, int outStride, Floats weights, Floats values, Worker worker) {
        int stride = tile.stride();
        int column = 0;
        List<Span> spans = tile.spans();
        for (int i = 0; i < spans.size(); i++) {
            Span span = spans.get(i);
            for (int from = span.from(), n; from < span.to(); from += n, column += n) {
                n = keys(span.to() - from);
                long summed = values.address(keyAt(from, head));
                int beta = column == 0 ? 0 : 1;
                gemm(tile, n, worker)
                        .multiply(
                                false,
                                false,
                                tile.rows(),
                                headDim,
                                n,
                                1,
                                weights.address(column),
                                stride,
                                summed,
                                kvStride,
                                beta,
                                out,
                                outStride);
            }
        }
    }

    /**
     * d[keys] += weightsᵀ · rows, where rows has the rows of q.
     *
     * @param overwrite write the gradients of the segment's own keys instead
     */
    void addToKeys(QueryTile tile, int head, Floats d, Floats weights, Floats rows, boolean overwrite, Worker worker) {
        long rowsFrom = rows.address(queryAt(tile.from(), head));
        int stride = tile.stride();
        int column = 0;
        List<Span> spans = tile.spans();
        for (int i = 0; i < spans.size(); i++) {
            Span span = spans.get(i);
            int beta = overwrite && i == spans.size() - 1 ? 0 : 1;
            for (int from = span.from(), n; from < span.to(); from += n, column += n) {
                n = keys(span.to() - from);
                long to = d.address(keyAt(from, head));
                gemm(tile, n, worker)
                        .multiply(
                                true,
                                false,
                                n,
                                headDim,
                                tile.rows(),
                                1,
                                weights.address(column),
                                stride,
                                rowsFrom,
                                qStride,
                                beta,
                                to,
                                kvStride);
            }
        }
    }

    /** Keys that the next product takes of so many: whole blocks as far as there are any, then what is left. */
    private static int keys(int left) {
        return left >= KEYS ? KEYS : left >= GRAIN ? left / GRAIN * GRAIN : left;
    }

    /** Products of sizes that come again are worth compiling. */
    private static Gemm gemm(QueryTile tile, int keys, Worker worker) {
        return tile.rows() == AttentionPlan.QUERIES && keys % GRAIN == 0 ? worker.weightGemm : worker.gemm;
    }

    /** Hides what a row's query must not see, as far as the row is worked on. */
    static void hide(QueryTile tile, int r, float[] scores) {
        Arrays.fill(scores, tile.visible(r), tile.worked(r), HIDDEN);
    }

    /** Makes the weights of hidden keys exactly 0. */
    static void clearHidden(QueryTile tile, int r, float[] weights) {
        Arrays.fill(weights, tile.visible(r), tile.stride(), 0f);
    }
}
