package dev.cria.core.ops;

import static dev.cria.core.ops.ReferenceOps.product;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Causal grouped-query attention, a segment's score matrices at a time, those of several heads stacked: [heads * own tokens,
 * context tokens].
 */
final class ReferenceAttention {
    private static final long LARGEST = 1L << 24; // elements of stacked score matrices

    private final DeviceArrays device;
    private final Tensor q;
    private final Tensor k;
    private final Tensor v;
    private final int headDim;
    private final Segments segments;
    private final int heads;
    private final int group; // query heads per key head
    private final double scale;

    ReferenceAttention(DeviceArrays device, Tensor q, Tensor k, Tensor v, int headDim, Segments segments) {
        this.device = device;
        this.q = q;
        this.k = k;
        this.v = v;
        this.headDim = headDim;
        this.segments = segments;
        this.heads = q.columns() / headDim;
        this.group = q.columns() / k.columns();
        this.scale = 1 / Math.sqrt(headDim);
    }

    /** Heads [first, first + count) of one segment: {@code own} tokens that see {@code seen}, which lie in {@code spans}. */
    private record Stack(int segment, int first, int count, int own, int seen, int[][] spans) {}

    /** What is done with each stack of heads. */
    private interface Work {
        void on(Stack stack);
    }

    void forward(Tensor y, Tensor logSumExp) {
        forEachStack(stack -> {
            INDArray p = scores(stack);
            RowWise.Softmax softmax = RowWise.softmax(p);
            RowWise.divide(p, softmax.sum());
            Views.block(logSumExp, start(stack), end(stack), stack.first, stack.count)
                    .assign(softmax.logSumExp().reshape(stack.count, stack.own).transpose());
            for (int i = 0; i < stack.count; i++) {
                product(own(y, stack, i), rowsOf(p, stack, i), context(v, stack, i), 1, false);
            }
        });
    }

    void backward(Tensor dq, Tensor dk, Tensor dv, Tensor dy, Tensor y, Tensor logSumExp) {
        dk.array().assign(0);
        dv.array().assign(0);
        forEachStack(stack -> {
            INDArray lse = Views.block(logSumExp, start(stack), end(stack), stack.first, stack.count);
            INDArray p = RowWise.subtract(scores(stack), perHead(lse, stack));
            Transforms.exp(p, false);
            INDArray dp = stacked(stack);
            for (int i = 0; i < stack.count; i++) {
                INDArray out = own(dy, stack, i);
                addToContext(dv, p, out, stack, i);
                product(rowsOf(dp, stack, i), out, context(v, stack, i).transpose(), 1, false);
            }
            INDArray ds = RowWise.subtract(dp, outputDots(dy, y, stack)).muli(p).muli(scale);
            for (int i = 0; i < stack.count; i++) {
                product(own(dq, stack, i), rowsOf(ds, stack, i), context(k, stack, i), 1, false);
                addToContext(dk, ds, own(q, stack, i), stack, i);
            }
        });
    }

    private void forEachStack(Work work) {
        for (int s = 0; s < segments.count(); s++) {
            int[][] spans = segments.context(s);
            int seen = 0;
            for (int[] span : spans) {
                seen += span[1] - span[0];
            }
            int own = segments.length(s);
            int most = (int) Math.max(1, Math.min(heads, LARGEST / ((long) own * seen)));
            for (int first = 0; first < heads; first += most) {
                work.on(new Stack(s, first, Math.min(most, heads - first), own, seen, spans));
            }
        }
    }

    /** Scaled and masked scores. */
    private INDArray scores(Stack stack) {
        INDArray scores = stacked(stack);
        for (int i = 0; i < stack.count; i++) {
            INDArray keys = context(k, stack, i);
            product(rowsOf(scores, stack, i), own(q, stack, i), keys.transpose(), scale, false);
        }
        INDArray mask = device.causalMask(q.dataType(), stack.own, stack.seen);
        RowWise.addToEach(scores.reshape(stack.count, stack.own, stack.seen), mask);
        return scores;
    }

    /** The dot product of each output with its gradient: [heads * own]. */
    private INDArray outputDots(Tensor dy, Tensor y, Stack stack) {
        int width = stack.count * headDim;
        int first = stack.first * headDim;
        INDArray products = Views.block(dy, start(stack), end(stack), first, width)
                .mul(Views.block(y, start(stack), end(stack), first, width));
        return perHead(products.reshape('c', stack.own, stack.count, headDim).sum(2), stack);
    }

    /** [own, heads] as the rows of a stack lie: [heads * own]. */
    private static INDArray perHead(INDArray x, Stack stack) {
        return x.transpose().dup('c').reshape((long) stack.count * stack.own);
    }

    private INDArray stacked(Stack stack) {
        return Nd4j.createUninitialized(q.dataType(), (long) stack.count * stack.own, stack.seen);
    }

    /** The rows of a stack's i-th head. */
    private static INDArray rowsOf(INDArray stacked, Stack stack, int i) {
        return Views.rows(stacked, (long) i * stack.own, (i + 1L) * stack.own);
    }

    /** The columns of a stack's i-th head in the segment's own rows, in place. */
    private INDArray own(Tensor x, Stack stack, int i) {
        return Views.block(x, start(stack), end(stack), (long) (stack.first + i) * headDim, headDim);
    }

    /** The columns of the key head of a stack's i-th head in all rows that the segment sees: [seen, headDim]. */
    private INDArray context(Tensor x, Stack stack, int i) {
        INDArray[] blocks = new INDArray[stack.spans.length];
        for (int b = 0; b < blocks.length; b++) {
            blocks[b] = keyBlock(x, stack, i, stack.spans[b]);
        }
        return blocks.length == 1 ? blocks[0] : Nd4j.concat(0, blocks);
    }

    /** dx += weightsᵀ · x, for the i-th head's weights [own, seen] and x [own, headDim]. */
    private void addToContext(Tensor dx, INDArray weights, INDArray x, Stack stack, int i) {
        INDArray head = rowsOf(weights, stack, i);
        int at = 0;
        for (int[] span : stack.spans) {
            int next = at + span[1] - span[0];
            INDArray part = Views.columns(head, at, next);
            product(keyBlock(dx, stack, i, span), part.transpose(), x, 1, true);
            at = next;
        }
    }

    private INDArray keyBlock(Tensor x, Stack stack, int i, int[] span) {
        return Views.block(x, span[0], span[1], (long) (stack.first + i) / group * headDim, headDim);
    }

    private int start(Stack stack) {
        return segments.start(stack.segment);
    }

    private int end(Stack stack) {
        return segments.end(stack.segment);
    }
}
