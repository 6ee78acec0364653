package dev.cria.core.ops;

import static dev.cria.core.ops.ReferenceOps.product;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Attention over cached keys and values, one query at a time, the heads that share a key head together. */
final class ReferenceCachedAttention {
    private ReferenceCachedAttention() {}

    static void forward(Tensor y, Tensor q, Tensor keys, Tensor values, int headDim, int[][] contexts) {
        int heads = q.columns() / headDim;
        int keyHeads = keys.columns() / headDim;
        int group = heads / keyHeads;
        double scale = 1 / Math.sqrt(headDim);
        for (int i = 0; i < contexts.length; i++) {
            INDArray queries = headsOf(q, i, headDim); // [heads, headDim]
            INDArray p = Nd4j.createUninitialized(q.dataType(), heads, seen(contexts[i]));
            for (int h = 0; h < keyHeads; h++) {
                INDArray k = context(keys, contexts[i], h, headDim);
                INDArray own = Views.rows(queries, (long) h * group, (h + 1L) * group);
                product(Views.rows(p, (long) h * group, (h + 1L) * group), own, k.transpose(), scale, false);
            }
            RowWise.divide(p, RowWise.softmax(p).sum());
            INDArray out = headsOf(y, i, headDim);
            for (int h = 0; h < keyHeads; h++) {
                INDArray v = context(values, contexts[i], h, headDim);
                INDArray own = Views.rows(out, (long) h * group, (h + 1L) * group);
                product(own, Views.rows(p, (long) h * group, (h + 1L) * group), v, 1, false);
            }
        }
    }

    private static INDArray headsOf(Tensor x, int row, int headDim) {
        return x.slice(row, row + 1).reshape(x.columns() / headDim, headDim).array();
    }

    private static long seen(int[] spans) {
        long rows = 0;
        for (int i = 0; i < spans.length; i += 2) {
            rows += spans[i + 1] - spans[i];
        }
        return rows;
    }

    private static INDArray context(Tensor cache, int[] spans, int head, int headDim) {
        INDArray[] blocks = new INDArray[spans.length / 2];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = Views.block(cache, spans[2 * i], spans[2 * i + 1], (long) head * headDim, headDim);
        }
        return blocks.length == 1 ? blocks[0] : Nd4j.concat(0, blocks);
    }
}
