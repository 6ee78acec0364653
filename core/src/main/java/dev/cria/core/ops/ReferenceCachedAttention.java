package dev.cria.core.ops;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Attention over cached keys and values, one (query, head) at a time. */
final class ReferenceCachedAttention {
    private ReferenceCachedAttention() {}

    static void forward(Tensor y, Tensor q, Tensor keys, Tensor values, int headDim, int[][] contexts) {
        int group = q.columns() / keys.columns();
        for (int i = 0; i < contexts.length; i++) {
            for (int h = 0; h < q.columns() / headDim; h++) {
                INDArray query = block(q, i, i + 1, h, headDim);
                INDArray k = context(keys, contexts[i], h / group, headDim); // [n, headDim]
                INDArray scores = query.mmul(k.transpose()).divi(Math.sqrt(headDim)); // [1, n]
                INDArray p = Transforms.exp(scores.subi(scores.maxNumber()), false);
                p.divi(p.sumNumber());
                INDArray v = context(values, contexts[i], h / group, headDim);
                y.slice(i, i + 1)
                        .reshape(y.columns() / headDim, headDim)
                        .slice(h, h + 1)
                        .array()
                        .assign(p.mmul(v));
            }
        }
    }

    private static INDArray context(Tensor cache, int[] spans, int head, int headDim) {
        INDArray[] blocks = new INDArray[spans.length / 2];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = block(cache, spans[2 * i], spans[2 * i + 1], head, headDim);
        }
        return Nd4j.concat(0, blocks);
    }

    private static INDArray block(Tensor x, int from, int to, int head, int headDim) {
        return x.slice(from, to)
                .array()
                .get(NDArrayIndex.all(), NDArrayIndex.interval((long) head * headDim, (long) (head + 1) * headDim))
                .reshape(to - from, headDim);
    }
}
