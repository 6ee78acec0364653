package dev.cria.core.ops;

import java.util.List;
import java.util.function.DoubleBinaryOperator;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The kernels of a Llama, forward and backward side by side. Outputs come first; matrices are row-major
 * {@code [rows, columns]}, one row a token.
 *
 * <p>A gradient is written when {@code accumulate} is false and added to when it is true; a weight's says so itself, as a
 * {@link Gradient}. {@code dGain} and {@code dTable} are always added to. No output may overlap an input unless a method says so.
 * All tensors of one call have this implementation's data type, but for weights that are only read, which may be BFLOAT16.
 */
public interface TensorOps extends AutoCloseable {
    /** The type of every tensor these kernels work on, FLOAT or DOUBLE. */
    DataType dataType();

    /** One line for the log: implementation, BLAS, threads. */
    String describe();

    // ---- Host access: the only two ways across

    /**
     * Copies host values into a tensor.
     *
     * @param to the tensor's first {@code length} elements are written
     * @param from source
     * @param at first element of the source
     * @param length number of elements
     */
    void upload(Tensor to, float[] from, int at, int length);

    /**
     * Copies a tensor's first elements to the host, rounded to float. Another thread may do so while this one computes.
     *
     * @param to target
     * @param at first element of the target
     * @param from source
     * @param length number of elements
     */
    void download(float[] to, int at, Tensor from, int length);

    // ---- Elementwise

    /** x = value. */
    void fill(Tensor x, double value);

    /** y = x, for equally many elements, which must not overlap. */
    void copy(Tensor y, Tensor x);

    /** y += factor * x; x may be y. */
    void addScaled(Tensor y, Tensor x, double factor);

    /**
     * y[i] = f(a[i], b[i]), in double precision between reading and writing: for vectors with an element a row or token,
     * not for activations.
     */
    void zip(Tensor y, Tensor a, Tensor b, DoubleBinaryOperator f);

    /** da[i] = dy[i] * slope(a[i], b[i]), or added to: the way back of {@link #zip} to one of its inputs. */
    void zipBackward(Tensor da, Tensor dy, Tensor a, Tensor b, DoubleBinaryOperator slope, boolean accumulate);

    /** Sum of the elements, accumulated in double precision or pairwise. */
    double sum(Tensor x);

    // ---- Embedding: y [tokens, hidden], table [vocab, hidden]

    /** y[t] = table[tokens[t]]. */
    void embedding(Tensor y, Tensor table, int[] tokens);

    /** dTable[tokens[t]] += dy[t], repeated tokens summed in the order of t. */
    void embeddingBackward(Tensor dTable, Tensor dy, int[] tokens);

    // ---- Row selection: y [n, columns], x [rows, columns]

    /** y[i] = x[rows[i]]. */
    void gatherRows(Tensor y, Tensor x, int[] rows);

    /** dx[rows[i]] += dy[i]; the rows are distinct. */
    void scatterRows(Tensor dx, Tensor dy, int[] rows);

    /**
     * y[rows[i]] = x[i]; the rows are distinct.
     *
     * @param y [rows, columns]
     * @param x [n, columns]
     */
    default void putRows(Tensor y, Tensor x, int[] rows) {
        for (int i = 0; i < rows.length; i++) {
            copy(y.slice(rows[i], rows[i] + 1L), x.slice(i, i + 1L));
        }
    }

    // ---- Linear: x [rows, in], weight [out, in], y [rows, out]

    /** y = x · weightᵀ, or y += x · weightᵀ. */
    void linear(Tensor y, Tensor x, Tensor weight, boolean accumulate);

    /**
     * Several products with one input, ys[i] = x · weights[i]ᵀ, which may run as one.
     *
     * @param ys for each weight [rows, out]
     * @param x [rows, in]
     * @param weights each [out, in]
     */
    default void linear(List<Tensor> ys, Tensor x, List<Tensor> weights) {
        for (int i = 0; i < ys.size(); i++) {
            linear(ys.get(i), x, weights.get(i), false);
        }
    }

    /** dx = dy · weight, or dx += dy · weight. */
    void linearBackwardInput(Tensor dx, Tensor dy, Tensor weight, boolean accumulate);

    /** dWeight = dyᵀ · x, or dWeight += dyᵀ · x. */
    void linearBackwardWeight(Gradient dWeight, Tensor dy, Tensor x);

    /**
     * Where a weight's gradient goes.
     *
     * @param tensor like the weight
     * @param accumulate whether to add to what it holds
     */
    record Gradient(Tensor tensor, boolean accumulate) {}

    /**
     * Gradients of several products with one input, which may run as one: dx = sum of dy · weight, or dx += that, and each dWeight
     * as {@link #linearBackwardWeight}.
     *
     * @param dx [rows, in]; null if not wanted
     * @param x [rows, in]
     * @param projections the products, at least one
     * @param accumulate whether to add to dx
     */
    default void linearBackward(@Nullable Tensor dx, Tensor x, List<Projection> projections, boolean accumulate) {
        for (int i = 0; i < projections.size(); i++) {
            Projection projection = projections.get(i);
            if (dx != null) {
                linearBackwardInput(dx, projection.dy, projection.weight, accumulate || i > 0);
            }
            if (projection.dWeight != null) {
                linearBackwardWeight(projection.dWeight, projection.dy, x);
            }
        }
    }

    /**
     * A product with an input on the way back.
     *
     * @param weight [out, in]
     * @param dWeight [out, in], its gradient; null if not wanted
     * @param dy [rows, out], the gradient of the product
     */
    record Projection(Tensor weight, @Nullable Gradient dWeight, Tensor dy) {}

    // ---- RMSNorm (Zhang and Sennrich 2019): y = x * rstd * gain, rstd = 1 / sqrt(mean(x²) + eps)

    /**
     * Normalises each row.
     *
     * @param y [rows, hidden]
     * @param rstd [rows], the reciprocal root mean square of each row, kept for the backward pass
     * @param x [rows, hidden]
     * @param gain [hidden]
     * @param eps added to the mean square
     */
    void rmsNorm(Tensor y, Tensor rstd, Tensor x, Tensor gain, double eps);

    /** Gradients of {@link #rmsNorm}; {@code dGain} is null for a frozen gain. */
    void rmsNormBackward(
            Tensor dx, @Nullable Tensor dGain, Tensor dy, Tensor x, Tensor gain, Tensor rstd, boolean accumulate);

    // ---- Rotary position embedding (Su et al. 2021), Hugging Face's layout: pairs (i, i + headDim / 2)

    /**
     * Turns every head of each row by its position's angles. {@code y} may be {@code x}.
     *
     * @param y [tokens, heads * headDim]
     * @param x [tokens, heads * headDim]
     * @param table angles
     * @param positions [tokens]
     * @param inverse turn back: the backward pass
     */
    void rotary(Tensor y, Tensor x, RotaryTable table, int[] positions, boolean inverse);

    // ---- Causal grouped-query attention over ragged segments, scores scaled by 1 / sqrt(headDim)

    /**
     * Attention of every query to the tokens before it in its segment and the segment's prefixes, and to itself.
     *
     * @param y [tokens, heads * headDim]
     * @param logSumExp [tokens, heads], log of the softmax's denominator, kept for the backward pass
     * @param q [tokens, heads * headDim]
     * @param k [tokens, kvHeads * headDim]; query head h reads key head h * kvHeads / heads
     * @param v [tokens, kvHeads * headDim]
     * @param headDim size of a head
     * @param segments who sees whom
     */
    void causalAttention(Tensor y, Tensor logSumExp, Tensor q, Tensor k, Tensor v, int headDim, Segments segments);

    /** Gradients of {@link #causalAttention}; {@code dq}, {@code dk} and {@code dv} are written, not added to. */
    void causalAttentionBackward(
            Tensor dq,
            Tensor dk,
            Tensor dv,
            Tensor dy,
            Tensor y,
            Tensor logSumExp,
            Tensor q,
            Tensor k,
            Tensor v,
            int headDim,
            Segments segments);

    /**
     * Attention of each query to rows of a cache: decoding.
     *
     * @param y [queries, heads * headDim]
     * @param q [queries, heads * headDim]
     * @param keys [rows, kvHeads * headDim]
     * @param values [rows, kvHeads * headDim]
     * @param headDim size of a head
     * @param contexts for each query the cached rows it sees, as pairs of first and last (excluded) row; at least one row each
     */
    void cachedAttention(Tensor y, Tensor q, Tensor keys, Tensor values, int headDim, int[][] contexts);

    // ---- Sampling

    /**
     * Softmax of x · weightᵀ at a temperature, row by row, as numbers to draw from: the distributions of next tokens.
     *
     * @param to receives the distributions; exponents below -87 count as that
     * @param x [rows, in]
     * @param weight [out, in]
     * @param temperatures [rows], above 0
     */
    void linearSoftmax(RowWeights to, Tensor x, Tensor weight, float[] temperatures);

    // ---- Log-sum-exp: y = log(sum(exp(x))) of each row

    /** Log-sum-exp of each row: y [rows], x [rows, columns]. */
    void logSumExp(Tensor y, Tensor x);

    /** Gradient of {@link #logSumExp}, written or added to: dx = dy * exp(x - y), dx and x [rows, columns], dy and y [rows]. */
    void logSumExpBackward(Tensor dx, Tensor dy, Tensor y, Tensor x, boolean accumulate);

    // ---- SwiGLU (Shazeer 2020): y = silu(gate) * up, silu(x) = x * sigmoid(x)

    /** y = silu(gate) * up. */
    void swiGlu(Tensor y, Tensor gate, Tensor up);

    /**
     * Gradients of {@link #swiGlu}, written, and its result again. {@code dGate} may be {@code gate}, {@code dUp} may be {@code up}, and
     * {@code y} may be {@code dy}.
     */
    void swiGluBackward(Tensor dGate, Tensor dUp, Tensor y, Tensor dy, Tensor gate, Tensor up);

    // ---- LM head fused with its loss, so that the [rows, vocab] logits never exist whole

    /**
     * Cross entropy of {@code softmax(hidden · weightᵀ)} at the targets, and its gradients in the same pass.
     *
     * @param dHidden [rows, hidden], written: gradientScale * d(sum of losses) / d(hidden); null if not wanted
     * @param dWeight [vocab, hidden], written or added to: gradientScale * d(sum of losses) / d(weight); null if not wanted
     * @param hidden [rows, hidden]
     * @param weight [vocab, hidden]
     * @param targets [rows], a token id each
     * @param gradientScale factor of the gradients
     * @param scratch memory for a chunk of logits, given back before return
     * @return sum over the rows of -log p(target), in nats
     */
    double linearCrossEntropy(
            @Nullable Tensor dHidden,
            @Nullable Gradient dWeight,
            Tensor hidden,
            Tensor weight,
            int[] targets,
            double gradientScale,
            Arena scratch);

    /**
     * Natural-log probabilities of the targets under {@code softmax(hidden · weightᵀ)}.
     *
     * @param logProbs [rows]
     * @param hidden [rows, hidden]
     * @param weight [vocab, hidden]
     * @param targets [rows], a token id each
     * @param scratch memory for a chunk of logits, given back before return
     */
    void tokenLogProbs(Tensor logProbs, Tensor hidden, Tensor weight, int[] targets, Arena scratch);

    /** Gradients of {@link #tokenLogProbs}: {@code dHidden} is written, {@code dWeight} written or added to; either may be null. */
    void tokenLogProbsBackward(
            @Nullable Tensor dHidden,
            @Nullable Gradient dWeight,
            Tensor dLogProbs,
            Tensor hidden,
            Tensor weight,
            int[] targets,
            Arena scratch);

    // ---- Optimizer: one pass over flat memory

    /** Sum of squares, accumulated in double precision or pairwise. */
    double squaredNorm(Tensor x);

    /**
     * One AdamW update in PyTorch's form: g = gradientScale * gradient; m = beta1 m + (1 - beta1) g; v = beta2 v + (1 -
     * beta2) g²; w = w (1 - lr decay) - lr (m / c1) / (sqrt(v / c2) + eps), with c = 1 - beta^step.
     *
     * @param weights [n], updated
     * @param gradients [n], left as they are
     * @param firstMoments [n], updated
     * @param secondMoments [n], updated
     * @param update the step's numbers
     */
    void adamW(Tensor weights, Tensor gradients, Tensor firstMoments, Tensor secondMoments, AdamWUpdate update);

    /**
     * Numbers of one AdamW update.
     *
     * @param step counted from 1
     * @param learningRate this step's rate
     * @param beta1 decay of the first moment
     * @param beta2 decay of the second moment
     * @param eps added to the root of the second moment
     * @param weightDecay decoupled decay, multiplied by the rate
     * @param gradientScale factor of the gradients, below 1 where the norm is clipped
     */
    record AdamWUpdate(
            long step,
            double learningRate,
            double beta1,
            double beta2,
            double eps,
            double weightDecay,
            double gradientScale) {
        /** 1 - beta1^step. */
        public double firstCorrection() {
            return 1 - Math.pow(beta1, (double) step);
        }

        /** 1 - beta2^step. */
        public double secondCorrection() {
            return 1 - Math.pow(beta2, (double) step);
        }
    }

    /** Ends the threads these kernels own. */
    @Override
    void close();
}
