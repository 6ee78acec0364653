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
import java.util.function.DoubleSupplier;
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

    private void time(Phase phase, Runnable work) {
        long begin = clock.getAsLong();
        work.run();
        nanos.computeIfAbsent(phase, key -> new long[1])[0] += clock.getAsLong() - begin;
    }

    private double time(Phase phase, DoubleSupplier work) {
        long begin = clock.getAsLong();
        double result = work.getAsDouble();
        nanos.computeIfAbsent(phase, key -> new long[1])[0] += clock.getAsLong() - begin;
        return result;
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
        time(Phase.COPY_AND_ADD, () -> ops.fill(x, value));
    }

    @Override
    public void copy(Tensor y, Tensor x) {
        time(Phase.COPY_AND_ADD, () -> ops.copy(y, x));
    }

    @Override
    public void addScaled(Tensor y, Tensor x, double factor) {
        time(Phase.COPY_AND_ADD, () -> ops.addScaled(y, x, factor));
    }

    @Override
    public void zip(Tensor y, Tensor a, Tensor b, DoubleBinaryOperator f) {
        time(Phase.COPY_AND_ADD, () -> ops.zip(y, a, b, f));
    }

    @Override
    public void zipBackward(Tensor da, Tensor dy, Tensor a, Tensor b, DoubleBinaryOperator slope, boolean accumulate) {
        time(Phase.COPY_AND_ADD, () -> ops.zipBackward(da, dy, a, b, slope, accumulate));
    }

    @Override
    public double sum(Tensor x) {
        return time(Phase.COPY_AND_ADD, () -> ops.sum(x));
    }

    @Override
    public void embedding(Tensor y, Tensor table, int[] tokens) {
        time(Phase.EMBEDDING, () -> ops.embedding(y, table, tokens));
    }

    @Override
    public void embeddingBackward(Tensor dTable, Tensor dy, int[] tokens) {
        time(Phase.EMBEDDING, () -> ops.embeddingBackward(dTable, dy, tokens));
    }

    @Override
    public void gatherRows(Tensor y, Tensor x, int[] rows) {
        time(Phase.EMBEDDING, () -> ops.gatherRows(y, x, rows));
    }

    @Override
    public void scatterRows(Tensor dx, Tensor dy, int[] rows) {
        time(Phase.EMBEDDING, () -> ops.scatterRows(dx, dy, rows));
    }

    @Override
    public void putRows(Tensor y, Tensor x, int[] rows) {
        time(Phase.EMBEDDING, () -> ops.putRows(y, x, rows));
    }

    @Override
    public void linear(Tensor y, Tensor x, Tensor weight, boolean accumulate) {
        time(Phase.LINEAR_FORWARD, () -> ops.linear(y, x, weight, accumulate));
    }

    @Override
    public void linear(List<Tensor> ys, Tensor x, List<Tensor> weights) {
        time(Phase.LINEAR_FORWARD, () -> ops.linear(ys, x, weights));
    }

    @Override
    public void linearBackwardInput(Tensor dx, Tensor dy, Tensor weight, boolean accumulate) {
        time(Phase.LINEAR_BACKWARD, () -> ops.linearBackwardInput(dx, dy, weight, accumulate));
    }

    @Override
    public void linearBackwardWeight(Tensor dWeight, Tensor dy, Tensor x) {
        time(Phase.LINEAR_BACKWARD, () -> ops.linearBackwardWeight(dWeight, dy, x));
    }

    @Override
    public void linearBackward(@Nullable Tensor dx, Tensor x, List<Projection> projections, boolean accumulate) {
        time(Phase.LINEAR_BACKWARD, () -> ops.linearBackward(dx, x, projections, accumulate));
    }

    @Override
    public void rmsNorm(Tensor y, Tensor rstd, Tensor x, Tensor gain, double eps) {
        time(Phase.NORM, () -> ops.rmsNorm(y, rstd, x, gain, eps));
    }

    @Override
    public void rmsNormBackward(
            Tensor dx, @Nullable Tensor dGain, Tensor dy, Tensor x, Tensor gain, Tensor rstd, boolean accumulate) {
        time(Phase.NORM, () -> ops.rmsNormBackward(dx, dGain, dy, x, gain, rstd, accumulate));
    }

    @Override
    public void rotary(Tensor y, Tensor x, RotaryTable table, int[] positions, boolean inverse) {
        time(Phase.ROTARY, () -> ops.rotary(y, x, table, positions, inverse));
    }

    @Override
    public void causalAttention(
            Tensor y, Tensor logSumExp, Tensor q, Tensor k, Tensor v, int headDim, Segments segments) {
        time(Phase.ATTENTION_FORWARD, () -> ops.causalAttention(y, logSumExp, q, k, v, headDim, segments));
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
        time(
                Phase.ATTENTION_BACKWARD,
                () -> ops.causalAttentionBackward(dq, dk, dv, dy, y, logSumExp, q, k, v, headDim, segments));
    }

    @Override
    public void cachedAttention(Tensor y, Tensor q, Tensor keys, Tensor values, int headDim, int[][] contexts) {
        time(Phase.ATTENTION_FORWARD, () -> ops.cachedAttention(y, q, keys, values, headDim, contexts));
    }

    @Override
    public void linearSoftmax(RowWeights to, Tensor x, Tensor weight, float[] temperatures) {
        time(Phase.LM_HEAD, () -> ops.linearSoftmax(to, x, weight, temperatures));
    }

    @Override
    public void logSumExp(Tensor y, Tensor x) {
        time(Phase.LM_HEAD, () -> ops.logSumExp(y, x));
    }

    @Override
    public void logSumExpBackward(Tensor dx, Tensor dy, Tensor y, Tensor x, boolean accumulate) {
        time(Phase.LM_HEAD, () -> ops.logSumExpBackward(dx, dy, y, x, accumulate));
    }

    @Override
    public void swiGlu(Tensor y, Tensor gate, Tensor up) {
        time(Phase.SWIGLU, () -> ops.swiGlu(y, gate, up));
    }

    @Override
    public void swiGluBackward(Tensor dGate, Tensor dUp, Tensor y, Tensor dy, Tensor gate, Tensor up) {
        time(Phase.SWIGLU, () -> ops.swiGluBackward(dGate, dUp, y, dy, gate, up));
    }

    @Override
    public double linearCrossEntropy(
            @Nullable Tensor dHidden,
            @Nullable Tensor dWeight,
            Tensor hidden,
            Tensor weight,
            int[] targets,
            double gradientScale,
            Arena scratch) {
        return time(
                Phase.LM_HEAD,
                () -> ops.linearCrossEntropy(dHidden, dWeight, hidden, weight, targets, gradientScale, scratch));
    }

    @Override
    public void tokenLogProbs(Tensor logProbs, Tensor hidden, Tensor weight, int[] targets, Arena scratch) {
        time(Phase.LM_HEAD, () -> ops.tokenLogProbs(logProbs, hidden, weight, targets, scratch));
    }

    @Override
    public void tokenLogProbsBackward(
            @Nullable Tensor dHidden,
            @Nullable Tensor dWeight,
            Tensor dLogProbs,
            Tensor hidden,
            Tensor weight,
            int[] targets,
            Arena scratch) {
        time(
                Phase.LM_HEAD,
                () -> ops.tokenLogProbsBackward(dHidden, dWeight, dLogProbs, hidden, weight, targets, scratch));
    }

    @Override
    public double squaredNorm(Tensor x) {
        return time(Phase.OPTIMIZER, () -> ops.squaredNorm(x));
    }

    @Override
    public void adamW(Tensor weights, Tensor gradients, Tensor firstMoments, Tensor secondMoments, AdamWUpdate update) {
        time(Phase.OPTIMIZER, () -> ops.adamW(weights, gradients, firstMoments, secondMoments, update));
    }

    @Override
    public void close() {
        ops.close();
    }
}
