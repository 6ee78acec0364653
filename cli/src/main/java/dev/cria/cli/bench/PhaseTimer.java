package dev.cria.cli.bench;

import dev.cria.core.ops.Arena;
import dev.cria.core.ops.RotaryTable;
import dev.cria.core.ops.RowWeights;
import dev.cria.core.ops.Segments;
import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.TensorOps;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/** Kernels that note how long each kind of work takes. */
final class PhaseTimer implements TensorOps {
    private final TensorOps ops;
    private final LongSupplier clock;
    private final Map<Phase, long[]> nanos =
            new EnumMap<>(Phase.class); // in arrays of one element: added to without garbage

    /** Kinds of work in a step. */
    enum Phase {
        LINEAR_FORWARD,
        LINEAR_BACKWARD,
        LM_HEAD,
        ATTENTION_FORWARD,
        ATTENTION_BACKWARD,
        NORM,
        ROTARY,
        SWIGLU,
        EMBEDDING,
        COPY_AND_ADD,
        OPTIMIZER
    }

    /**
     * A timer around other kernels.
     *
     * @param ops does the work
     * @param clock nanoseconds since some time
     */
    PhaseTimer(TensorOps ops, LongSupplier clock) {
        this.ops = ops;
        this.clock = clock;
    }

    /** Seconds per phase since the last reset. */
    Map<Phase, Double> seconds() {
        Map<Phase, Double> seconds = new EnumMap<>(Phase.class);
        nanos.forEach((phase, time) -> seconds.put(phase, time[0] / 1e9));
        return seconds;
    }

    void reset() {
        nanos.values().forEach(time -> time[0] = 0);
    }

    /** Books the time since {@code begin}: without a lambda for the work, which would be garbage of the step that is measured. */
    private void add(Phase phase, long begin) {
        nanos.computeIfAbsent(phase, key -> new long[1])[0] += clock.getAsLong() - begin;
    }

    @Override
    public DataType dataType() {
        return ops.dataType();
    }

    @Override
    public String describe() {
        return ops.describe();
    }

    @Override
    public void upload(Tensor to, float[] from, int at, int length) {
        ops.upload(to, from, at, length);
    }

    @Override
    public void download(float[] to, int at, Tensor from, int length) {
        ops.download(to, at, from, length);
    }

    @Override
    public void fill(Tensor x, double value) {
        long begin = clock.getAsLong();
        ops.fill(x, value);
        add(Phase.COPY_AND_ADD, begin);
    }

    @Override
    public void copy(Tensor y, Tensor x) {
        long begin = clock.getAsLong();
        ops.copy(y, x);
        add(Phase.COPY_AND_ADD, begin);
    }

    @Override
    public void addScaled(Tensor y, Tensor x, double factor) {
        long begin = clock.getAsLong();
        ops.addScaled(y, x, factor);
        add(Phase.COPY_AND_ADD, begin);
    }

    @Override
    public void zip(Tensor y, Tensor a, Tensor b, DoubleBinaryOperator f) {
        long begin = clock.getAsLong();
        ops.zip(y, a, b, f);
        add(Phase.COPY_AND_ADD, begin);
    }

    @Override
    public void zipBackward(Tensor da, Tensor dy, Tensor a, Tensor b, DoubleBinaryOperator slope, boolean accumulate) {
        long begin = clock.getAsLong();
        ops.zipBackward(da, dy, a, b, slope, accumulate);
        add(Phase.COPY_AND_ADD, begin);
    }

    @Override
    public double sum(Tensor x) {
        long begin = clock.getAsLong();
        double result = ops.sum(x);
        add(Phase.COPY_AND_ADD, begin);
        return result;
    }

    @Override
    public void embedding(Tensor y, Tensor table, int[] tokens) {
        long begin = clock.getAsLong();
        ops.embedding(y, table, tokens);
        add(Phase.EMBEDDING, begin);
    }

    @Override
    public void embeddingBackward(Tensor dTable, Tensor dy, int[] tokens) {
        long begin = clock.getAsLong();
        ops.embeddingBackward(dTable, dy, tokens);
        add(Phase.EMBEDDING, begin);
    }

    @Override
    public void gatherRows(Tensor y, Tensor x, int[] rows) {
        long begin = clock.getAsLong();
        ops.gatherRows(y, x, rows);
        add(Phase.EMBEDDING, begin);
    }

    @Override
    public void scatterRows(Tensor dx, Tensor dy, int[] rows) {
        long begin = clock.getAsLong();
        ops.scatterRows(dx, dy, rows);
        add(Phase.EMBEDDING, begin);
    }

    @Override
    public void putRows(Tensor y, Tensor x, int[] rows) {
        long begin = clock.getAsLong();
        ops.putRows(y, x, rows);
        add(Phase.EMBEDDING, begin);
    }

    @Override
    public void linear(Tensor y, Tensor x, Tensor weight, boolean accumulate) {
        long begin = clock.getAsLong();
        ops.linear(y, x, weight, accumulate);
        add(Phase.LINEAR_FORWARD, begin);
    }

    @Override
    public void linear(List<Tensor> ys, Tensor x, List<Tensor> weights) {
        long begin = clock.getAsLong();
        ops.linear(ys, x, weights);
        add(Phase.LINEAR_FORWARD, begin);
    }

    @Override
    public void linearBackwardInput(Tensor dx, Tensor dy, Tensor weight, boolean accumulate) {
        long begin = clock.getAsLong();
        ops.linearBackwardInput(dx, dy, weight, accumulate);
        add(Phase.LINEAR_BACKWARD, begin);
    }

    @Override
    public void linearBackwardWeight(Gradient dWeight, Tensor dy, Tensor x) {
        long begin = clock.getAsLong();
        ops.linearBackwardWeight(dWeight, dy, x);
        add(Phase.LINEAR_BACKWARD, begin);
    }

    @Override
    public void linearBackward(@Nullable Tensor dx, Tensor x, List<Projection> projections, boolean accumulate) {
        long begin = clock.getAsLong();
        ops.linearBackward(dx, x, projections, accumulate);
        add(Phase.LINEAR_BACKWARD, begin);
    }

    @Override
    public void rmsNorm(Tensor y, Tensor rstd, Tensor x, Tensor gain, double eps) {
        long begin = clock.getAsLong();
        ops.rmsNorm(y, rstd, x, gain, eps);
        add(Phase.NORM, begin);
    }

    @Override
    public void rmsNormBackward(
            Tensor dx, @Nullable Tensor dGain, Tensor dy, Tensor x, Tensor gain, Tensor rstd, boolean accumulate) {
        long begin = clock.getAsLong();
        ops.rmsNormBackward(dx, dGain, dy, x, gain, rstd, accumulate);
        add(Phase.NORM, begin);
    }

    @Override
    public void rotary(Tensor y, Tensor x, RotaryTable table, int[] positions, boolean inverse) {
        long begin = clock.getAsLong();
        ops.rotary(y, x, table, positions, inverse);
        add(Phase.ROTARY, begin);
    }

    @Override
    public void causalAttention(
            Tensor y, Tensor logSumExp, Tensor q, Tensor k, Tensor v, int headDim, Segments segments) {
        long begin = clock.getAsLong();
        ops.causalAttention(y, logSumExp, q, k, v, headDim, segments);
        add(Phase.ATTENTION_FORWARD, begin);
    }

    @Override
    public void causalAttentionBackward(
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
            Segments segments) {
        long begin = clock.getAsLong();
        ops.causalAttentionBackward(dq, dk, dv, dy, y, logSumExp, q, k, v, headDim, segments);
        add(Phase.ATTENTION_BACKWARD, begin);
    }

    @Override
    public void cachedAttention(Tensor y, Tensor q, Tensor keys, Tensor values, int headDim, int[][] contexts) {
        long begin = clock.getAsLong();
        ops.cachedAttention(y, q, keys, values, headDim, contexts);
        add(Phase.ATTENTION_FORWARD, begin);
    }

    @Override
    public void linearSoftmax(RowWeights to, Tensor x, Tensor weight, float[] temperatures) {
        long begin = clock.getAsLong();
        ops.linearSoftmax(to, x, weight, temperatures);
        add(Phase.LM_HEAD, begin);
    }

    @Override
    public void logSumExp(Tensor y, Tensor x) {
        long begin = clock.getAsLong();
        ops.logSumExp(y, x);
        add(Phase.LM_HEAD, begin);
    }

    @Override
    public void logSumExpBackward(Tensor dx, Tensor dy, Tensor y, Tensor x, boolean accumulate) {
        long begin = clock.getAsLong();
        ops.logSumExpBackward(dx, dy, y, x, accumulate);
        add(Phase.LM_HEAD, begin);
    }

    @Override
    public void swiGlu(Tensor y, Tensor gate, Tensor up) {
        long begin = clock.getAsLong();
        ops.swiGlu(y, gate, up);
        add(Phase.SWIGLU, begin);
    }

    @Override
    public void swiGluBackward(Tensor dGate, Tensor dUp, Tensor y, Tensor dy, Tensor gate, Tensor up) {
        long begin = clock.getAsLong();
        ops.swiGluBackward(dGate, dUp, y, dy, gate, up);
        add(Phase.SWIGLU, begin);
    }

    @Override
    public double linearCrossEntropy(
            @Nullable Tensor dHidden,
            @Nullable Gradient dWeight,
            Tensor hidden,
            Tensor weight,
            int[] targets,
            double gradientScale,
            Arena scratch) {
        long begin = clock.getAsLong();
        double result = ops.linearCrossEntropy(dHidden, dWeight, hidden, weight, targets, gradientScale, scratch);
        add(Phase.LM_HEAD, begin);
        return result;
    }

    @Override
    public void tokenLogProbs(Tensor logProbs, Tensor hidden, Tensor weight, int[] targets, Arena scratch) {
        long begin = clock.getAsLong();
        ops.tokenLogProbs(logProbs, hidden, weight, targets, scratch);
        add(Phase.LM_HEAD, begin);
    }

    @Override
    public void tokenLogProbsBackward(
            @Nullable Tensor dHidden,
            @Nullable Gradient dWeight,
            Tensor dLogProbs,
            Tensor hidden,
            Tensor weight,
            int[] targets,
            Arena scratch) {
        long begin = clock.getAsLong();
        ops.tokenLogProbsBackward(dHidden, dWeight, dLogProbs, hidden, weight, targets, scratch);
        add(Phase.LM_HEAD, begin);
    }

    @Override
    public double squaredNorm(Tensor x) {
        long begin = clock.getAsLong();
        double result = ops.squaredNorm(x);
        add(Phase.OPTIMIZER, begin);
        return result;
    }

    @Override
    public void adamW(Tensor weights, Tensor gradients, Tensor firstMoments, Tensor secondMoments, AdamWUpdate update) {
        long begin = clock.getAsLong();
        ops.adamW(weights, gradients, firstMoments, secondMoments, update);
        add(Phase.OPTIMIZER, begin);
    }

    @Override
    public void close() {
        ops.close();
    }
}
