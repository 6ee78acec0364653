package dev.cria.core.ops.cpu;

import dev.cria.core.ops.RowWeights;
import dev.cria.core.ops.Segments;
import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.TensorOps.Gradient;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/** Arguments of kernels are checked before native code sees them: it would write past a tensor's end without a word. */
final class Check {
    private Check() {}

    static void isFloat(Tensor x) {
        if (x.dataType() != DataType.FLOAT) {
            throw new IllegalArgumentException(
                    "cpu ops work on FLOAT tensors, got %s of type %s".formatted(x, x.dataType()));
        }
    }

    static void atMostLength(Tensor x, long length) {
        if (length > x.length()) {
            throw new IllegalArgumentException("%d elements do not fit %s".formatted(length, x));
        }
    }

    static void length(Tensor x, long length) {
        if (x.length() != length) {
            throw new IllegalArgumentException("%s should have %d elements".formatted(x, length));
        }
    }

    static void sameLength(Tensor x, Tensor y) {
        if (x.length() != y.length()) {
            throw new IllegalArgumentException("%s and %s should have equally many elements".formatted(x, y));
        }
    }

    static void shape(Tensor x, long rows, long columns) {
        if (x.rows() != rows || x.columns() != columns) {
            throw new IllegalArgumentException("%s should be [%d, %d]".formatted(x, rows, columns));
        }
    }

    static void evenPairs(Tensor x) {
        if (x.dataType() != DataType.BFLOAT16) {
            throw new IllegalArgumentException("weights of one product must all be bfloat16 or none, got " + x);
        }
        if (x.offset() % 2 != 0 || (x.rank() > 1 && x.columns() % 2 != 0)) {
            throw new IllegalArgumentException("weights in bfloat16 need rows of even length, got " + x);
        }
    }

    static void indices(int[] indices, int size) {
        for (int i = 0; i < indices.length; i++) {
            if (indices[i] < 0 || indices[i] >= size) {
                throw new IllegalArgumentException(
                        "index %d at %d is not between 0 and %d".formatted(indices[i], i, size - 1));
            }
        }
    }

    /** y [rows, out], x [rows, in], weight [out, in]. */
    static void product(Tensor y, Tensor x, Tensor weight) {
        if (y.rows() != x.rows() || y.columns() != weight.rows() || x.columns() != weight.columns()) {
            throw new IllegalArgumentException("%s, %s and weight %s do not fit one another".formatted(y, x, weight));
        }
    }

    static void heads(Tensor x, int headDim) {
        if (headDim <= 0 || x.columns() % headDim != 0) {
            throw new IllegalArgumentException("%s does not hold whole heads of size %d".formatted(x, headDim));
        }
    }

    static void attention(Tensor y, Tensor logSumExp, Tensor q, Tensor k, Tensor v, int headDim, Segments segments) {
        heads(q, headDim);
        heads(k, headDim);
        if (q.columns() % k.columns() != 0) {
            throw new IllegalArgumentException("the heads of q %s are not a multiple of those of k %s".formatted(q, k));
        }
        shape(q, segments.tokens(), q.columns());
        shape(k, segments.tokens(), k.columns());
        sameLength(v, k);
        sameLength(y, q);
        length(logSumExp, (long) segments.tokens() * (q.columns() / headDim));
    }

    static void cachedAttention(Tensor y, Tensor q, Tensor keys, Tensor values, int headDim, int[][] contexts) {
        heads(q, headDim);
        heads(keys, headDim);
        if (q.columns() % keys.columns() != 0) {
            throw new IllegalArgumentException(
                    "the heads of q %s are not a multiple of those of %s".formatted(q, keys));
        }
        shape(q, contexts.length, q.columns());
        sameLength(values, keys);
        sameLength(y, q);
        for (int[] spans : contexts) {
            spans(spans, keys.rows());
        }
    }

    /** Pairs of first and last (excluded) row, none empty, at least one. */
    private static void spans(int[] spans, int rows) {
        boolean holds = spans.length > 0 && spans.length % 2 == 0;
        for (int i = 0; holds && i < spans.length; i += 2) {
            holds = spans[i] >= 0 && spans[i] < spans[i + 1] && spans[i + 1] <= rows;
        }
        if (!holds) {
            throw new IllegalArgumentException(
                    "%s are not spans of a cache of %d rows".formatted(Arrays.toString(spans), rows));
        }
    }

    static void head(
            @Nullable Tensor dHidden, @Nullable Gradient dWeight, Tensor hidden, Tensor weight, int[] targets) {
        shape(hidden, targets.length, weight.columns());
        indices(targets, weight.rows());
        if (dHidden != null) {
            sameLength(dHidden, hidden);
        }
        if (dWeight != null) {
            sameLength(dWeight.tensor(), weight);
        }
    }

    static void softmax(RowWeights to, Tensor x, Tensor weight, float[] temperatures) {
        shape(x, temperatures.length, weight.columns());
        if (to.rows() < temperatures.length || to.columns() != weight.rows()) {
            throw new IllegalArgumentException(
                    "no room for the softmax of %d rows over %d columns: it is for %d rows over %d"
                            .formatted(temperatures.length, weight.rows(), to.rows(), to.columns()));
        }
    }
}
