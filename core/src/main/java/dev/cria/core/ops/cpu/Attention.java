package dev.cria.core.ops.cpu;

import dev.cria.core.ops.cpu.QueryTile.KeyBlock;

/**
 * What the passes of causal attention share: sizes, and the products of a tile of queries with a block of keys or values.
 * Memory is linear in the length: a task holds the scores of one tile.
 */
final class Attention {
    static final float HIDDEN = -1e30f; // score of a token that must not be seen

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

    /** out [rows, count] = a bᵀ, its rows a stride apart, where a has the rows of q and b those of k. */
    void timesKeys(QueryTile tile, KeyBlock block, int head, long out, int stride, Floats a, Floats b, Worker worker) {
        long rows = a.address(queryAt(tile.from(), head));
        long keys = b.address(keyAt(block.from(), head));
        gemm(tile, block, worker)
                .multiply(
                        false,
                        true,
                        tile.rows(),
                        block.count(),
                        headDim,
                        1,
                        rows,
                        qStride,
                        keys,
                        kvStride,
                        0,
                        out,
                        stride);
    }

    /** out [rows, headDim] = weights [rows, count] · values, where values has the rows of v; from the second block on, +=. */
    void weightedSum(
            QueryTile tile,
            KeyBlock block,
            int head,
            long out,
            int outStride,
            long weights,
            int stride,
            Floats values,
            Worker worker) {
        long summed = values.address(keyAt(block.from(), head));
        float beta = block.column() == 0 ? 0 : 1;
        gemm(tile, block, worker)
                .multiply(
                        false,
                        false,
                        tile.rows(),
                        headDim,
                        block.count(),
                        1,
                        weights,
                        stride,
                        summed,
                        kvStride,
                        beta,
                        out,
                        outStride);
    }

    /**
     * d[keys] += weightsᵀ · rows, where rows has the rows of q.
     *
     * @param overwrite write the gradients of the segment's own keys instead
     */
    void addToKeys(
            QueryTile tile,
            KeyBlock block,
            int head,
            Floats d,
            long weights,
            int stride,
            Floats rows,
            boolean overwrite,
            Worker worker) {
        long rowsFrom = rows.address(queryAt(tile.from(), head));
        long to = d.address(keyAt(block.from(), head));
        float beta = overwrite && block.own() ? 0 : 1;
        transposing(tile, block, worker)
                .multiply(
                        true,
                        false,
                        block.count(),
                        headDim,
                        tile.rows(),
                        1,
                        weights,
                        stride,
                        rowsFrom,
                        qStride,
                        beta,
                        to,
                        kvStride);
    }

    /** Products of sizes that come again are worth compiling. */
    private static Gemm gemm(QueryTile tile, KeyBlock block, Worker worker) {
        boolean comesAgain = tile.rows() == AttentionPlan.QUERIES && block.count() % AttentionPlan.GRAIN == 0;
        return comesAgain ? worker.weightGemm : worker.gemm;
    }

    /** In single precision OpenBLAS transposes such small factors at less cost than oneDNN. */
    private static Gemm transposing(QueryTile tile, KeyBlock block, Worker worker) {
        return worker.weightGemm.roundsForItself() ? gemm(tile, block, worker) : worker.gemm;
    }
}
