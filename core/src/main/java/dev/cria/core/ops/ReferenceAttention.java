package dev.cria.core.ops;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Causal grouped-query attention, one (segment, head) at a time, with its whole score matrix. */
final class ReferenceAttention {
    private static final double HIDDEN = -1e30; // score of a token that must not be seen

    private final Tensor q;
    private final Tensor k;
    private final Tensor v;
    private final int headDim;
    private final Segments segments;
    private final int heads;
    private final int group; // query heads per key head
    private final double scale;

    ReferenceAttention(Tensor q, Tensor k, Tensor v, int headDim, Segments segments) {
        this.q = q;
        this.k = k;
        this.v = v;
        this.headDim = headDim;
        this.segments = segments;
        this.heads = q.columns() / headDim;
        this.group = q.columns() / k.columns();
        this.scale = 1 / Math.sqrt(headDim);
    }

    void forward(Tensor y, Tensor logSumExp) {
        for (int s = 0; s < segments.count(); s++) {
            int[][] context = segments.context(s);
            INDArray mask = mask(s, context);
            for (int h = 0; h < heads; h++) {
                INDArray scores = scores(s, h, context, mask);
                INDArray max = scores.max(1);
                INDArray p = Transforms.exp(scores.subiColumnVector(max), false);
                INDArray sum = p.sum(1);
                own(logSumExp, s, h, 1)
                        .assign(max.addi(Transforms.log(sum, true)).reshape(-1, 1));
                INDArray values = context(v, h / group, context);
                own(y, s, h, headDim).assign(p.diviColumnVector(sum).mmul(values));
            }
        }
    }

    void backward(Tensor dq, Tensor dk, Tensor dv, Tensor dy, Tensor y, Tensor logSumExp) {
        dk.array().assign(0);
        dv.array().assign(0);
        for (int s = 0; s < segments.count(); s++) {
            int[][] context = segments.context(s);
            INDArray mask = mask(s, context);
            for (int h = 0; h < heads; h++) {
                INDArray lse = own(logSumExp, s, h, 1).dup().reshape(segments.length(s));
                INDArray p = Transforms.exp(scores(s, h, context, mask).subiColumnVector(lse), false);
                INDArray out = own(dy, s, h, headDim);
                addToContext(dv, h / group, context, p.transpose().mmul(out));
                INDArray dp = out.mmul(context(v, h / group, context).transpose());
                INDArray dot = out.mul(own(y, s, h, headDim)).sum(1);
                INDArray ds = dp.subiColumnVector(dot).muli(p).muli(scale);
                own(dq, s, h, headDim).assign(ds.mmul(context(k, h / group, context)));
                addToContext(dk, h / group, context, ds.transpose().mmul(own(q, s, h, headDim)));
            }
        }
    }

    /** Scaled and masked scores [own tokens, context tokens]. */
    private INDArray scores(int segment, int head, int[][] context, INDArray mask) {
        INDArray keys = context(k, head / group, context);
        return own(q, segment, head, headDim).mmul(keys.transpose()).muli(scale).addi(mask);
    }

    /** 0 where a query may look, {@link #HIDDEN} where not: [own tokens, context tokens]. */
    private INDArray mask(int segment, int[][] context) {
        int own = segments.length(segment);
        int before = -own;
        for (int[] span : context) {
            before += span[1] - span[0];
        }
        float[][] mask = new float[own][before + own];
        for (int i = 0; i < own; i++) {
            for (int j = before + i + 1; j < before + own; j++) {
                mask[i][j] = (float) HIDDEN;
            }
        }
        return Nd4j.createFromArray(mask).castTo(q.dataType());
    }

    /** One head's columns of a segment's own rows, a view. */
    private INDArray own(Tensor x, int segment, int head, int width) {
        return block(x, segments.start(segment), segments.end(segment), head, width);
    }

    /** One head's columns of all rows that a segment sees: [context tokens, headDim]. */
    private INDArray context(Tensor x, int head, int[][] context) {
        INDArray[] blocks = new INDArray[context.length];
        for (int i = 0; i < context.length; i++) {
            blocks[i] = block(x, context[i][0], context[i][1], head, headDim);
        }
        return Nd4j.concat(0, blocks);
    }

    private void addToContext(Tensor dx, int head, int[][] context, INDArray gradient) {
        int at = 0;
        for (int[] span : context) {
            int next = at + span[1] - span[0];
            block(dx, span[0], span[1], head, headDim)
                    .addi(gradient.get(NDArrayIndex.interval(at, next), NDArrayIndex.all()));
            at = next;
        }
    }

    /**
     * Some columns of some rows, a view. Made by hand, since {@code INDArray.get} of M2.1 returns an empty array where a
     * view's offset plus that of the rows asked for reaches the view's length.
     */
    private static INDArray block(Tensor x, int from, int to, int head, int width) {
        long columns = x.columns();
        long first = x.slab().base() + x.offset() + from * columns + (long) head * width;
        return Nd4j.create(x.slab().array().data(), new long[] {to - from, width}, new long[] {columns, 1}, first, 'c');
    }
}
