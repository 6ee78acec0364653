package dev.cria.core.autograd;

import dev.cria.core.ops.Arena;
import dev.cria.core.ops.RotaryTable;
import dev.cria.core.ops.Segments;
import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.TensorOps;
import dev.cria.core.ops.TensorOps.Gradient;
import dev.cria.core.ops.TensorOps.Projection;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Reverse-mode differentiation: each operation computes its result and, on a recording tape, notes how to go back.
 * {@link #backward} runs the notes in reverse and adds into the gradients of the {@link Parameter}s used.
 *
 * <p>Results live in the step's arena and are valid until the tape is closed; those of a {@link #block} and within it are valid until the
 * tape goes back. A tape is used by one thread, for one
 * forward and at most one backward pass. Gradients follow the tensors that operations return, not views of them: {@link #reshape},
 * not {@link Tensor#reshape}.
 */
public final class Tape implements AutoCloseable {
    private final TensorOps ops;
    private final Arena arena;
    private final Arena.Mark start;
    private final ActivationMemory memory;
    private final Mode mode;
    private final double lossGradient;
    private final Gradients gradients;
    private final List<Runnable> steps = new ArrayList<>(Gradients.EXPECTED);
    private boolean wentBack;

    /** What a tape keeps for the way back. */
    public enum Mode {
        /** Nothing: evaluation and sampling. */
        INFERENCE,
        /** All activations. */
        RECORDING,
        /** Only each block's input; the block is computed again on the way back. */
        CHECKPOINTING
    }

    /** Part of a model that can be computed again from its input. */
    @FunctionalInterface
    public interface Block {
        /** Computes the block's output from its input, on the given tape. */
        Tensor forward(Tape tape, Tensor x);
    }

    /**
     * A tape over an arena.
     *
     * @param ops kernels
     * @param arena memory of this step; what is carved off it from now on is given back by {@link #close}
     * @param mode what to keep
     * @param lossGradient gradient of the loss that {@link #backward} starts with: this batch's share of the step
     */
    public Tape(TensorOps ops, Arena arena, Mode mode, double lossGradient) {
        this.ops = ops;
        this.arena = arena;
        this.start = arena.mark();
        this.memory = new ActivationMemory(arena);
        this.mode = mode;
        this.lossGradient = lossGradient;
        this.gradients = new Gradients(ops, arena);
    }

    // ---- Operations of the model

    /** Rows of the embedding table: table [vocab, hidden], result [tokens, hidden]. */
    public Tensor embedding(Parameter table, int[] tokens) {
        Tensor y = memory.allocate(tokens.length, table.value().columns());
        ops.embedding(y, table.value(), tokens);
        record(y, dy -> {
            Tensor addend = table.addend();
            if (addend != null) {
                ops.embeddingBackward(addend, dy, tokens);
            }
        });
        return y;
    }

    /** x · weightᵀ: x [rows, in], weight [out, in], result [rows, out]. */
    public Tensor linear(Tensor x, Parameter weight) {
        Tensor y = memory.allocate(x.rows(), weight.value().rows());
        ops.linear(y, x, weight.value(), false);
        record(y, dy -> linearBackward(x, List.of(projection(weight, dy))));
        return y;
    }

    /**
     * {@link #rmsNorm} of x, and its products with several weights, computed together. The normed rows are computed again on the
     * way back instead of kept.
     *
     * @param x [rows, in]
     * @param gain [in]
     * @param eps added to the mean square
     * @param weights each [out, in]
     * @return for each weight [rows, out]
     */
    public List<Tensor> normLinear(Tensor x, Parameter gain, double eps, Parameter... weights) {
        List<Tensor> ys = new ArrayList<>(weights.length);
        List<Tensor> values = new ArrayList<>(weights.length);
        for (Parameter weight : weights) {
            ys.add(memory.allocate(x.rows(), weight.value().rows()));
            values.add(weight.value());
        }
        Tensor rstd = memory.allocate(x.rows());
        Arena.Mark mark = arena.mark();
        Tensor normed = arena.allocateLike(x);
        ops.rmsNorm(normed, rstd, x, gain.value(), eps);
        ops.linear(ys, normed, values);
        arena.release(mark);
        if (mode != Mode.INFERENCE) {
            watch(x); // the weights' gradients are made along with it
            ys.forEach(gradients::track);
            steps.add(() -> normLinearBackward(ys, rstd, x, gain, eps, weights));
        }
        return ys;
    }

    private void normLinearBackward(
            List<Tensor> ys, Tensor rstd, Tensor x, Parameter gain, double eps, Parameter... weights) {
        List<Projection> projections = new ArrayList<>(weights.length);
        for (int i = 0; i < weights.length; i++) {
            Tensor dy = gradients.take(ys.get(i));
            if (dy != null) {
                projections.add(projection(weights[i], dy));
            }
        }
        if (projections.isEmpty()) {
            return;
        }
        Tensor normed = gradients.allocate(x);
        Tensor dNormed = gradients.allocate(x);
        ops.rmsNorm(normed, rstd, x, gain.value(), eps);
        ops.linearBackward(dNormed, normed, projections, false);
        gradients.recycle(normed);
        projections.forEach(projection -> gradients.recycle(projection.dy()));
        rmsNormBackward(dNormed, x, gain, rstd);
        gradients.recycle(dNormed);
    }

    /** residual + x · weightᵀ: residual [rows, out], x [rows, in], weight [out, in], result [rows, out]. */
    public Tensor linearAdd(Tensor residual, Tensor x, Parameter weight) {
        Tensor y = memory.allocateLike(residual);
        ops.copy(y, residual);
        ops.linear(y, x, weight.value(), true);
        recordHandingOn(y, dy -> {
            linearBackward(x, List.of(projection(weight, dy)));
            gradients.handOn(residual, dy);
        });
        return y;
    }

    private void linearBackward(Tensor x, List<Projection> projections) {
        boolean wanted = gradients.contribute(x, (dx, add) -> ops.linearBackward(dx, x, projections, add));
        if (!wanted) {
            ops.linearBackward(null, x, projections, false);
        }
    }

    private static Projection projection(Parameter weight, Tensor dy) {
        return new Projection(weight.value(), weight.contribution(dy.rows()), dy);
    }

    /** a + b, of one shape. */
    public Tensor add(Tensor a, Tensor b) {
        Tensor y = memory.allocateLike(a);
        ops.copy(y, a);
        ops.addScaled(y, b, 1);
        recordHandingOn(y, dy -> {
            gradients.contribute(b, (db, add) -> addOrCopy(db, dy, add));
            gradients.handOn(a, dy);
        });
        return y;
    }

    /** Root-mean-square norm of each row times the gain: x [rows, hidden], gain [hidden]. */
    public Tensor rmsNorm(Tensor x, Parameter gain, double eps) {
        Tensor y = memory.allocateLike(x);
        Tensor rstd = memory.allocate(x.rows());
        ops.rmsNorm(y, rstd, x, gain.value(), eps);
        watch(x); // the gain's gradient is made along with it
        record(y, dy -> rmsNormBackward(dy, x, gain, rstd));
        return y;
    }

    private void rmsNormBackward(Tensor dy, Tensor x, Parameter gain, Tensor rstd) {
        gradients.contribute(x, (dx, add) -> ops.rmsNormBackward(dx, gain.addend(), dy, x, gain.value(), rstd, add));
    }

    /** Rotary position embedding of every head: x [tokens, heads * headDim]. */
    public Tensor rotary(Tensor x, RotaryTable table, Segments segments) {
        return rotary(x, table, segments.positions());
    }

    /** Rotary position embedding of every head: x [tokens, heads * headDim], positions [tokens]. */
    public Tensor rotary(Tensor x, RotaryTable table, int[] positions) {
        return rotary(memory.allocateLike(x), x, table, positions);
    }

    /** As {@link #rotary(Tensor, RotaryTable, int[])}, but over x itself, which nothing else may read: such as a projection's result. */
    public Tensor rotaryInPlace(Tensor x, RotaryTable table, int[] positions) {
        return rotary(x.reshapeLike(x), x, table, positions);
    }

    private Tensor rotary(Tensor y, Tensor x, RotaryTable table, int[] positions) {
        ops.rotary(y, x, table, positions, false);
        recordHandingOn(y, dy -> {
            ops.rotary(dy, dy, table, positions, true);
            gradients.handOn(x, dy);
        });
        return y;
    }

    /**
     * Causal grouped-query attention that never crosses a segment.
     *
     * @param q [tokens, heads * headDim]
     * @param k [tokens, kvHeads * headDim]
     * @param v [tokens, kvHeads * headDim]
     * @param headDim size of a head
     * @param segments who sees whom
     * @return [tokens, heads * headDim]
     */
    public Tensor causalAttention(Tensor q, Tensor k, Tensor v, int headDim, Segments segments) {
        Tensor y = memory.allocateLike(q);
        Tensor logSumExp = memory.allocate(q.rows(), q.columns() / headDim);
        ops.causalAttention(y, logSumExp, q, k, v, headDim, segments);
        record(y, dy -> {
            Tensor dq = gradients.allocate(q);
            Tensor dk = gradients.allocate(k);
            Tensor dv = gradients.allocate(v);
            ops.causalAttentionBackward(dq, dk, dv, dy, y, logSumExp, q, k, v, headDim, segments);
            gradients.handOn(q, dq);
            gradients.handOn(k, dk);
            gradients.handOn(v, dv);
        });
        return y;
    }

    /**
     * residual + (silu(gate) * up) · weightᵀ: the second half of a gated feed-forward layer. The product of gate and up is computed
     * again on the way back instead of kept, and their gradients take their memory.
     *
     * @param residual [rows, out]
     * @param gate [rows, in], the result of an operation of this tape that nothing else reads, such as a projection
     * @param up [rows, in], another such result
     * @param weight [out, in]
     * @return [rows, out]
     */
    public Tensor swiGluLinearAdd(Tensor residual, Tensor gate, Tensor up, Parameter weight) {
        Tensor y = memory.allocateLike(residual);
        Arena.Mark mark = arena.mark();
        Tensor product = arena.allocateLike(gate);
        ops.swiGlu(product, gate, up);
        ops.copy(y, residual);
        ops.linear(y, product, weight.value(), true);
        arena.release(mark);
        recordHandingOn(y, dy -> {
            Tensor inner = gradients.allocate(gate); // the product's gradient, then the product
            ops.linearBackwardInput(inner, dy, weight.value(), false);
            ops.swiGluBackward(gate, up, inner, inner, gate, up);
            Gradient dWeight = weight.contribution(dy.rows());
            if (dWeight != null) {
                ops.linearBackwardWeight(dWeight, dy, inner);
            }
            gradients.recycle(inner);
            gradients.handOn(gate, gate);
            gradients.handOn(up, up);
            gradients.handOn(residual, dy);
        });
        return y;
    }

    /** Chosen rows: x [rows, columns], result [n, columns]; the indices are distinct. */
    public Tensor gatherRows(Tensor x, int[] rows) {
        Tensor y = memory.allocate(rows.length, x.columns());
        ops.gatherRows(y, x, rows);
        record(
                y,
                dy -> gradients.contribute(x, (dx, add) -> {
                    if (!add) {
                        ops.fill(dx, 0);
                    }
                    ops.scatterRows(dx, dy, rows);
                }));
        return y;
    }

    /** The same elements under another shape. */
    public Tensor reshape(Tensor x, long... shape) {
        Tensor y = x.reshape(shape);
        recordHandingOn(y, dy -> gradients.handOn(x, dy.reshapeLike(x)));
        return y;
    }

    /** log(sum(exp(x))) of each row, such as the normalizer of logits: x [rows, columns], result [rows]. */
    public Tensor logSumExp(Tensor x) {
        Tensor y = memory.allocate(x.rows());
        ops.logSumExp(y, x);
        record(y, dy -> gradients.contribute(x, (dx, add) -> ops.logSumExpBackward(dx, dy, y, x, add)));
        return y;
    }

    // ---- Losses

    /**
     * Mean cross entropy of {@code softmax(hidden · weightᵀ)} at the targets, in nats. The gradients are computed along
     * with the loss, while the logits exist, for the expected gradient of the loss; should another one arrive, the
     * difference is made up for on the way back. On a tape that records, the weight's gradient is thus changed already by
     * the forward pass, and {@link #backward} must follow.
     *
     * @param hidden [rows, hidden]
     * @param weight [vocab, hidden]
     * @param targets [rows]
     * @throws IllegalArgumentException if there are no rows
     */
    public Scalar linearCrossEntropy(Tensor hidden, Parameter weight, int[] targets) {
        if (targets.length == 0) {
            throw new IllegalArgumentException("a loss needs at least one target");
        }
        double share = 1.0 / targets.length;
        if (mode == Mode.INFERENCE) {
            return new Scalar(share * crossEntropy(null, null, hidden, weight, targets, 0));
        }
        Tensor dHidden = gradients.allocate(hidden);
        Gradient dWeight = weight.contribution(targets.length);
        double sum = crossEntropy(dHidden, dWeight, hidden, weight, targets, share * lossGradient);
        Scalar loss = new Scalar(share * sum);
        steps.add(() -> {
            double missing = loss.gradient() - lossGradient;
            if (missing != 0) {
                crossEntropy(null, weight.contribution(targets.length), hidden, weight, targets, share * missing);
                crossEntropy(dHidden, null, hidden, weight, targets, share * loss.gradient());
            }
            gradients.handOn(hidden, dHidden);
        });
        return loss;
    }

    private double crossEntropy(
            @Nullable Tensor dHidden,
            @Nullable Gradient dWeight,
            Tensor hidden,
            Parameter weight,
            int[] targets,
            double gradient) {
        return ops.linearCrossEntropy(dHidden, dWeight, hidden, weight.value(), targets, gradient, arena);
    }

    /**
     * Natural-log probabilities of the targets under {@code softmax(hidden · weightᵀ)}.
     *
     * @param hidden [rows, hidden]
     * @param weight [vocab, hidden]
     * @param targets [rows]
     * @return [rows]
     */
    public Tensor tokenLogProbs(Tensor hidden, Parameter weight, int[] targets) {
        Tensor y = memory.allocate(targets.length);
        ops.tokenLogProbs(y, hidden, weight.value(), targets, arena);
        record(y, dy -> {
            Tensor dHidden = gradients.allocate(hidden);
            Gradient dWeight = weight.contribution(targets.length);
            ops.tokenLogProbsBackward(dHidden, dWeight, dy, hidden, weight.value(), targets, arena);
            gradients.handOn(hidden, dHidden);
        });
        return y;
    }

    // ---- Vectors: scores of answers, log-probabilities of tokens

    /**
     * One number for each row: x · weightᵀ, the scalar head of a reward or value model.
     *
     * @param x [rows, hidden]
     * @param weight [1, hidden]
     * @return [rows]
     */
    public Tensor scalarHead(Tensor x, Parameter weight) {
        if (weight.value().rows() != 1) {
            throw new IllegalArgumentException("a scalar head is one row, got " + weight.value());
        }
        Tensor y = memory.allocate(x.rows());
        ops.linear(y.reshape(x.rows(), 1), x, weight.value(), false);
        record(y, dy -> linearBackward(x, List.of(projection(weight, dy.reshape(x.rows(), 1)))));
        return y;
    }

    /** Numbers from outside, such as margins or advantages; nothing flows back into them: [n]. */
    public Tensor constant(float... values) {
        Tensor y = memory.allocate(values.length);
        ops.upload(y, values, 0, values.length);
        return y;
    }

    /** The values, copied to the host. */
    public float[] read(Tensor x) {
        float[] values = new float[Math.toIntExact(x.length())];
        ops.download(values, 0, x, values.length);
        return values;
    }

    /** Chosen elements: x [n], result [indices]; an index may be named several times. */
    public Tensor gather(Tensor x, int... indices) {
        Tensor y = memory.allocate(indices.length);
        ops.gatherRows(y.reshape(indices.length, 1), x.reshape(x.length(), 1), indices);
        record(
                y,
                dy -> gradients.contribute(x, (dx, add) -> {
                    if (!add) {
                        ops.fill(dx, 0);
                    }
                    // unlike scatterRows, this sums what repeats
                    ops.embeddingBackward(dx.reshape(x.length(), 1), dy.reshape(indices.length, 1), indices);
                }));
        return y;
    }

    /**
     * Sums by group, such as the log-probabilities of each sequence: x [n], result [count].
     *
     * @param groups [n], the group of each element, from 0 to below {@code count}; one without elements sums to 0
     */
    public Tensor sumBy(Tensor x, int[] groups, int count) {
        Tensor y = memory.allocate(count);
        ops.fill(y, 0);
        ops.embeddingBackward(y.reshape(count, 1), x.reshape(x.length(), 1), groups);
        record(y, dy -> {
            Tensor dx = gradients.allocate(x);
            ops.embedding(dx.reshape(x.length(), 1), dy.reshape(count, 1), groups);
            gradients.handOn(x, dx);
        });
        return y;
    }

    /** a - b, of one shape. */
    public Tensor sub(Tensor a, Tensor b) {
        return zip(a, b, Elementwise.SUB);
    }

    /** a * b, element by element. */
    public Tensor mul(Tensor a, Tensor b) {
        return zip(a, b, Elementwise.MUL);
    }

    /** The smaller of each two elements. */
    public Tensor min(Tensor a, Tensor b) {
        return zip(a, b, Elementwise.MIN);
    }

    /** The larger of each two elements. */
    public Tensor max(Tensor a, Tensor b) {
        return zip(a, b, Elementwise.MAX);
    }

    /** factor * x. */
    public Tensor scale(Tensor x, double factor) {
        return map(x, Elementwise.of(a -> factor * a, a -> factor));
    }

    /** -x. */
    public Tensor negate(Tensor x) {
        return scale(x, -1);
    }

    /** e to the power of x. */
    public Tensor exp(Tensor x) {
        return map(x, Elementwise.EXP);
    }

    /** x². */
    public Tensor square(Tensor x) {
        return map(x, Elementwise.SQUARE);
    }

    /** log(1 / (1 + e^-x)), finite for every finite x. */
    public Tensor logSigmoid(Tensor x) {
        return map(x, Elementwise.LOG_SIGMOID);
    }

    /** x held between two bounds. */
    public Tensor clamp(Tensor x, double low, double high) {
        return map(x, Elementwise.clamp(low, high));
    }

    /**
     * Any function of one number, in double precision, for small vectors: an operation of one's own in one line. Check it with {@link
     * GradientCheck}.
     *
     * @param value f(x)
     * @param slope f'(x)
     */
    public Tensor map(Tensor x, DoubleUnaryOperator value, DoubleUnaryOperator slope) {
        return map(x, Elementwise.of(value, slope));
    }

    private Tensor map(Tensor x, Elementwise f) {
        Tensor y = memory.allocateLike(x);
        ops.zip(y, x, x, f.value());
        record(y, dy -> gradients.contribute(x, (dx, add) -> ops.zipBackward(dx, dy, x, x, f.byFirst(), add)));
        return y;
    }

    private Tensor zip(Tensor a, Tensor b, Elementwise f) {
        Tensor y = memory.allocateLike(a);
        ops.zip(y, a, b, f.value());
        record(y, dy -> {
            gradients.contribute(a, (da, add) -> ops.zipBackward(da, dy, a, b, f.byFirst(), add));
            gradients.contribute(b, (db, add) -> ops.zipBackward(db, dy, a, b, f.bySecond(), add));
        });
        return y;
    }

    /** The sum of all elements. */
    public Scalar sum(Tensor x) {
        Scalar y = new Scalar(ops.sum(x));
        recordScalar(() -> {
            Tensor dx = gradients.allocate(x);
            ops.fill(dx, y.gradient());
            gradients.handOn(x, dx);
        });
        return y;
    }

    /**
     * The mean of all elements.
     *
     * @throws IllegalArgumentException if there are none
     */
    public Scalar mean(Tensor x) {
        if (x.length() == 0) {
            throw new IllegalArgumentException("the mean of no elements is not a number");
        }
        return scale(sum(x), 1.0 / x.length());
    }

    // ---- Losses made of others

    /** -a. */
    public Scalar negate(Scalar a) {
        return scale(a, -1);
    }

    /** factor * a. */
    public Scalar scale(Scalar a, double factor) {
        Scalar y = new Scalar(factor * a.value());
        recordScalar(() -> a.addGradient(factor * y.gradient()));
        return y;
    }

    /** a + b. */
    public Scalar add(Scalar a, Scalar b) {
        Scalar y = new Scalar(a.value() + b.value());
        recordScalar(() -> {
            a.addGradient(y.gradient());
            b.addGradient(y.gradient());
        });
        return y;
    }

    private void recordScalar(Runnable backward) {
        if (mode != Mode.INFERENCE) {
            steps.add(backward);
        }
    }

    // ---- Blocks

    /**
     * Runs part of a model. Without recording, or when checkpointing, only its output is kept; on the way back a
     * checkpointed block is computed again from its input.
     *
     * @param x the block's input; the output has the same shape
     * @param weights the block's. While their gradients count as zero, later blocks keep activations in that memory until the way
     *     back comes to this block, so that a step needs less of the arena. Should a gradient reach one before that, since another
     *     block or another tape uses it too, it takes memory of its own
     * @param block computes the output; what else it reads must not need gradients other than parameters'
     */
    public Tensor block(Tensor x, List<Parameter> weights, Block block) {
        Tensor y;
        memory.enterBlock();
        try {
            y = mode == Mode.RECORDING ? block.forward(this, x) : blockWithoutRecord(x, block);
        } finally {
            memory.leaveBlock();
        }
        if (mode != Mode.INFERENCE && !wentBack) {
            int borrowedBefore = memory.borrow(weights);
            steps.add(() -> memory.giveBack(borrowedBefore));
        }
        return y;
    }

    private Tensor blockWithoutRecord(Tensor x, Block block) {
        Tensor y = memory.allocateLike(x);
        try (Tape inner = new Tape(ops, arena, Mode.INFERENCE, 0)) {
            ops.copy(y, block.forward(inner, x));
        }
        watch(x); // the block is computed again for its weights' sake, wherever x comes from
        record(y, dy -> gradients.contribute(x, (dx, add) -> recompute(block, x, dx, dy, add)));
        return y;
    }

    private void recompute(Block block, Tensor x, Tensor dx, Tensor dy, boolean add) {
        try (Tape inner = new Tape(ops, arena, Mode.RECORDING, 0)) {
            inner.watch(x);
            Tensor y = block.forward(inner, x);
            Tensor start = inner.gradients.allocate(y);
            ops.copy(start, dy);
            inner.gradients.handOn(y, start);
            inner.runBackward();
            addOrCopy(dx, inner.gradient(x), add);
        }
    }

    // ---- The way back

    /** Asks for the gradient of a tensor that no operation of this tape made. */
    public void watch(Tensor leaf) {
        gradients.track(leaf);
    }

    /**
     * The gradient of a watched tensor, after {@link #backward}.
     *
     * @throws IllegalStateException if no gradient reached it
     */
    public Tensor gradient(Tensor leaf) {
        Tensor gradient = gradients.get(leaf);
        if (gradient == null) {
            throw new IllegalStateException(
                    "no gradient reached " + leaf + "; was it watched, and is the loss made of it?");
        }
        return gradient;
    }

    /**
     * Adds the loss's gradients, times this tape's loss gradient, into the parameters used.
     *
     * @throws IllegalStateException if the tape was not recording or has gone back already, or an operation read a view of another's
     *     result, which would lose gradients
     */
    public void backward(Scalar loss) {
        if (mode == Mode.INFERENCE || wentBack) {
            throw new IllegalStateException(
                    wentBack
                            ? "a tape goes back once; record the computation again on another tape"
                            : "a tape for inference records nothing; use a recording tape");
        }
        wentBack = true;
        loss.addGradient(lossGradient);
        runBackward();
    }

    private void runBackward() {
        for (int i = steps.size() - 1; i >= 0; i--) {
            steps.get(i).run();
        }
        steps.clear();
    }

    /** Notes the way back of an operation; the gradient of its output is free memory afterwards. */
    private void record(Tensor output, Consumer<Tensor> backward) {
        recordHandingOn(output, dy -> {
            backward.accept(dy);
            gradients.recycle(dy);
        });
    }

    /** Notes the way back of an operation that hands the gradient of its output on to an input. */
    private void recordHandingOn(Tensor output, Consumer<Tensor> backward) {
        if (mode == Mode.INFERENCE) {
            return;
        }
        gradients.track(output);
        steps.add(() -> {
            Tensor dy = gradients.take(output);
            if (dy != null) {
                backward.accept(dy);
            }
        });
    }

    private void addOrCopy(Tensor to, Tensor from, boolean add) {
        if (add) {
            ops.addScaled(to, from, 1);
        } else {
            ops.copy(to, from);
        }
    }

    /** Gives the step's memory back. */
    @Override
    public void close() {
        memory.giveBack(0);
        arena.release(start);
    }
}
