package dev.cria.core.ops.cpu;

import dev.cria.core.ops.Arena;
import dev.cria.core.ops.Backend;
import dev.cria.core.ops.Precision;
import dev.cria.core.ops.RotaryTable;
import dev.cria.core.ops.RowWeights;
import dev.cria.core.ops.Segments;
import dev.cria.core.ops.Slab;
import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.TensorOps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.DoubleBinaryOperator;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The fast kernels: float, on the host. One instance owns one pool of threads and serves one caller at a time.
 */
public final class CpuOps implements TensorOps {
    /** System property with the number of threads; by default one per core. */
    public static final String THREADS_PROPERTY = "cria.threads";

    // Other threads look in too: the one that writes checkpoints.
    private final Map<Slab, HostMemory> memories = Collections.synchronizedMap(new WeakHashMap<>());
    private final Function<Tensor, Floats> findFloats; // made once: a step asks often
    private final Function<Tensor, Floats> findPairs;
    private final WorkerPool pool;
    private final ParallelGemm gemm;
    private final RoundedGemm rounded;
    private final RowOps rowOps;
    private final FlatOps flat;
    private final Bf16Weights bf16;
    private @Nullable AttentionPlan plan; // of the last batch
    private double[] rowLogProbs = {};
    private float[] queryMeans = {};

    /**
     * Kernels on a given number of threads.
     *
     * @param threads from 1 to the number of cores
     * @param precision of matrix products; where bf16 cannot be had, a line in the log says why, and fp32 is used
     * @throws IllegalArgumentException if there are not as many cores
     */
    public CpuOps(int threads, Precision precision) {
        this(threads, KernelProvider.best(), GemmProvider.of(precision));
    }

    CpuOps(int threads, Supplier<TileKernels> kernels, Supplier<Gemm> weightGemms) {
        int cores = Runtime.getRuntime().availableProcessors();
        if (threads < 1 || threads > cores) {
            throw new IllegalArgumentException(
                    "threads must be between 1 and the %d cores of this machine, got %d".formatted(cores, threads));
        }
        if (!runsHere()) {
            throw new IllegalArgumentException(
                    "the cpu ops need ND4J's CPU backend, and %s is loaded; use -Dcria.ops=reference"
                            .formatted(Nd4j.getBackend().getClass().getSimpleName()));
        }
        this.findFloats = this::findFloats;
        this.findPairs = this::findPairs;
        this.pool = new WorkerPool(threads, i -> new Worker(kernels.get(), new OpenBlasGemm(), weightGemms.get()));
        this.gemm = new ParallelGemm(pool);
        this.rounded = new RoundedGemm(pool, gemm);
        this.rowOps = new RowOps(pool);
        this.flat = new FlatOps(pool);
        this.bf16 = new Bf16Weights(pool, gemm);
    }

    /** Kernels in single precision on as many threads as the system property {@value #THREADS_PROPERTY} says. */
    public static CpuOps create() {
        return create(Precision.FP32);
    }

    /** Whether ND4J's tensors lie in the host's memory. */
    public static boolean runsHere() {
        return Backend.computesOnHost();
    }

    /**
     * Kernels on as many threads as the system property {@value #THREADS_PROPERTY} says, by default one per core.
     *
     * @param precision of matrix products
     * @throws IllegalArgumentException if the property is not a number from 1 to the number of cores
     */
    public static CpuOps create(Precision precision) {
        String threads = System.getProperty(THREADS_PROPERTY);
        if (threads == null) {
            return new CpuOps(Runtime.getRuntime().availableProcessors(), precision);
        }
        try {
            return new CpuOps(Integer.parseInt(threads), precision);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "-D%s must be a number of threads, got '%s'".formatted(THREADS_PROPERTY, threads), e);
        }
    }

    @Override
    public DataType dataType() {
        return DataType.FLOAT;
    }

    @Override
    public String describe() {
        Worker worker = pool.caller();
        String blas = worker.gemm.describe();
        String products = worker.weightGemm.describe();
        return "cpu ops: %s, %s, %d threads"
                .formatted(
                        worker.kernels.describe(),
                        products.equals(blas) ? blas : products + ", " + blas,
                        pool.threads());
    }

    @Override
    public void upload(Tensor to, float[] from, int at, int length) {
        Check.atMostLength(to, length);
        if (isBf16(to)) {
            Bf16.put(pairs(to), from, at, length);
        } else {
            floats(to).put(0, from, at, length);
        }
    }

    @Override
    public void download(float[] to, int at, Tensor from, int length) {
        Check.atMostLength(from, length);
        if (isBf16(from)) {
            Bf16.get(pairs(from), 0, to, at, length);
        } else {
            floats(from).get(0, to, at, length);
        }
    }

    @Override
    public void fill(Tensor x, double value) {
        flat.fill(floats(x), x.length(), (float) value);
    }

    @Override
    public void copy(Tensor y, Tensor x) {
        Check.sameLength(y, x);
        flat.copy(floats(y), floats(x), x.length());
    }

    @Override
    public void addScaled(Tensor y, Tensor x, double factor) {
        Check.sameLength(y, x);
        flat.addScaled(floats(y), floats(x), x.length(), (float) factor);
    }

    @Override
    public void zip(Tensor y, Tensor a, Tensor b, DoubleBinaryOperator f) {
        Check.sameLength(y, a);
        Check.sameLength(b, a);
        flat.zip(floats(y), floats(a), floats(b), a.length(), f);
    }

    @Override
    public void zipBackward(Tensor da, Tensor dy, Tensor a, Tensor b, DoubleBinaryOperator slope, boolean accumulate) {
        Check.sameLength(da, a);
        Check.sameLength(dy, a);
        Check.sameLength(b, a);
        flat.zipBackward(floats(da), floats(dy), floats(a), floats(b), a.length(), slope, accumulate);
    }

    @Override
    public double sum(Tensor x) {
        return flat.sum(floats(x), x.length());
    }

    @Override
    public void embedding(Tensor y, Tensor table, int[] tokens) {
        if (isBf16(table)) {
            Check.shape(y, tokens.length, table.columns());
            Check.indices(tokens, table.rows());
            gatherBf16(floats(y), pairs(table), tokens, table.columns());
            return;
        }
        gatherRows(y, table, tokens);
    }

    @Override
    public void embeddingBackward(Tensor dTable, Tensor dy, int[] tokens) {
        scatterRows(dTable, dy, tokens);
    }

    @Override
    public void gatherRows(Tensor y, Tensor x, int[] rows) {
        Check.shape(y, rows.length, x.columns());
        Check.indices(rows, x.rows());
        rowOps.gather(floats(y), floats(x), rows, x.columns());
    }

    @Override
    public void scatterRows(Tensor dx, Tensor dy, int[] rows) {
        Check.shape(dy, rows.length, dx.columns());
        Check.indices(rows, dx.rows());
        rowOps.scatterAdd(floats(dx), floats(dy), rows, dx.columns());
    }

    @Override
    public void putRows(Tensor y, Tensor x, int[] rows) {
        Check.shape(x, rows.length, y.columns());
        Check.indices(rows, y.rows());
        rowOps.put(floats(y), floats(x), rows, y.columns());
    }

    @Override
    public void linear(Tensor y, Tensor x, Tensor weight, boolean accumulate) {
        boolean narrow = isBf16(weight);
        linear(List.of(product(y, x, weight, null, narrow)), narrow, x, accumulate);
    }

    @Override
    public void linear(List<Tensor> ys, Tensor x, List<Tensor> weights) {
        boolean narrow = isBf16(weights.get(0));
        List<ParallelGemm.Product> products = new ArrayList<>(ys.size());
        for (int i = 0; i < ys.size(); i++) {
            products.add(product(ys.get(i), x, weights.get(i), null, narrow));
        }
        linear(products, narrow, x, false);
    }

    private ParallelGemm.Product product(
            Tensor y, Tensor x, Tensor weight, @Nullable Gradient dWeight, boolean narrow) {
        Check.product(y, x, weight);
        Floats b = narrow ? pairs(weight) : floats(weight);
        Floats dB = dWeight == null ? null : floats(dWeight.tensor());
        boolean addToB = dWeight != null && dWeight.accumulate();
        return new ParallelGemm.Product(floats(y), b, dB, addToB, weight.rows());
    }

    private void linear(List<ParallelGemm.Product> products, boolean narrow, Tensor x, boolean accumulate) {
        if (narrow) {
            bf16.timesTransposed(products, floats(x), x.rows(), x.columns(), accumulate);
        } else if (rounded.servesForward(products, x.rows(), x.columns())) {
            rounded.timesTransposed(products, floats(x), x.rows(), x.columns(), accumulate);
        } else {
            gemm.timesTransposed(products, floats(x), x.rows(), x.columns(), accumulate);
        }
    }

    @Override
    public void linearBackwardInput(Tensor dx, Tensor dy, Tensor weight, boolean accumulate) {
        linearBackward(dx, dx, List.of(new Projection(weight, null, dy)), accumulate); // of x only the shape matters
    }

    @Override
    public void linearBackwardWeight(Gradient dWeight, Tensor dy, Tensor x) {
        linearBackward(
                null, x, List.of(new Projection(dWeight.tensor(), dWeight, dy)), false); // of the weight only the shape
    }

    @Override
    public void linearBackward(@Nullable Tensor dx, Tensor x, List<Projection> projections, boolean accumulate) {
        if (dx != null) {
            Check.shape(dx, x.rows(), x.columns());
        }
        if (hasRepeats(projections)) { // the gradients of one job are written at the same time
            for (int i = 0; i < projections.size(); i++) {
                linearBackward(dx, x, List.of(projections.get(i)), accumulate || i > 0);
            }
            return;
        }
        List<ParallelGemm.Product> products = new ArrayList<>(projections.size());
        for (int i = 0; i < projections.size(); i++) {
            Projection projection = projections.get(i);
            if (projection.dWeight() != null) {
                Check.product(projection.dy(), x, projection.dWeight().tensor());
            }
            products.add(product(projection.dy(), x, projection.weight(), projection.dWeight(), false));
        }
        if (rounded.servesBackward(products, x.rows(), x.columns())) {
            rounded.backward(floatsOrNull(dx), products, floats(x), x.rows(), x.columns(), accumulate);
        } else {
            gemm.backward(floatsOrNull(dx), products, floats(x), x.rows(), x.columns(), accumulate);
        }
    }

    /** Whether a weight is among them more than once. */
    private static boolean hasRepeats(List<Projection> projections) {
        for (int i = 1; i < projections.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (projections.get(i).weight() == projections.get(j).weight()) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public void rmsNorm(Tensor y, Tensor rstd, Tensor x, Tensor gain, double eps) {
        Check.sameLength(y, x);
        Check.length(rstd, x.rows());
        Check.length(gain, x.columns());
        rowOps.rmsNorm(floats(y), floats(rstd), floats(x), floats(gain), x.rows(), x.columns(), eps);
    }

    @Override
    public void rmsNormBackward(
            Tensor dx, @Nullable Tensor dGain, Tensor dy, Tensor x, Tensor gain, Tensor rstd, boolean accumulate) {
        Check.sameLength(dx, x);
        Check.sameLength(dy, x);
        Check.length(rstd, x.rows());
        Check.length(gain, x.columns());
        rowOps.rmsNormBackward(
                floats(dx),
                floatsOrNull(dGain),
                floats(dy),
                floats(x),
                floats(gain),
                floats(rstd),
                x.rows(),
                x.columns(),
                accumulate);
    }

    @Override
    public void rotary(Tensor y, Tensor x, RotaryTable table, int[] positions, boolean inverse) {
        Check.sameLength(y, x);
        Check.heads(x, table.headDim());
        Check.shape(x, positions.length, x.columns());
        int headDim = table.headDim();
        rowOps.rotary(floats(y), floats(x), table.angles(positions), headDim, positions, x.columns(), inverse);
    }

    @Override
    public void causalAttention(
            Tensor y, Tensor logSumExp, Tensor q, Tensor k, Tensor v, int headDim, Segments segments) {
        Check.attention(y, logSumExp, q, k, v, headDim, segments);
        Attention attention = attention(q, k, headDim, segments);
        new AttentionForward(attention, floats(y), floats(logSumExp), floats(q), floats(k), floats(v)).run(pool);
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
        Check.attention(y, logSumExp, q, k, v, headDim, segments);
        Check.sameLength(dq, q);
        Check.sameLength(dk, k);
        Check.sameLength(dv, v);
        Check.sameLength(dy, y);
        Attention attention = attention(q, k, headDim, segments);
        int queries = Math.multiplyExact(segments.tokens(), attention.heads);
        if (queryMeans.length < queries) {
            queryMeans = new float[queries];
        }
        new AttentionBackward(
                        attention,
                        new AttentionBackward.Gradients(floats(dq), floats(dk), floats(dv), floats(dy)),
                        floats(y),
                        floats(logSumExp),
                        floats(q),
                        floats(k),
                        floats(v),
                        queryMeans)
                .run(pool);
    }

    @Override
    public void cachedAttention(Tensor y, Tensor q, Tensor keys, Tensor values, int headDim, int[][] contexts) {
        Check.cachedAttention(y, q, keys, values, headDim, contexts);
        new CachedAttention(
                        floats(y),
                        floats(q),
                        floats(keys),
                        floats(values),
                        headDim,
                        q.columns() / headDim,
                        keys.columns() / headDim)
                .run(contexts, pool);
    }

    @Override
    public void linearSoftmax(RowWeights to, Tensor x, Tensor weight, float[] temperatures) {
        Check.softmax(to, x, weight, temperatures);
        boolean narrow = isBf16(weight);
        Floats b = narrow ? pairs(weight) : floats(weight);
        int k = x.columns();
        LinearSoftmax softmax = new LinearSoftmax(to, temperatures);
        for (int from = 0; from < temperatures.length; from += SkinnyGemm.MOST_COLUMNS) {
            int rows = Math.min(SkinnyGemm.MOST_COLUMNS, temperatures.length - from);
            Floats a = floats(x).from((long) from * k);
            softmax.run(from, rows, b, narrow ? bf16.block(a, rows, k) : gemm.block(a, rows, k), pool);
        }
    }

    @Override
    public void logSumExp(Tensor y, Tensor x) {
        Check.length(y, x.rows());
        rowOps.logSumExp(floats(y), floats(x), x.rows(), x.columns());
    }

    @Override
    public void logSumExpBackward(Tensor dx, Tensor dy, Tensor y, Tensor x, boolean accumulate) {
        Check.sameLength(dx, x);
        Check.length(dy, x.rows());
        Check.length(y, x.rows());
        rowOps.logSumExpBackward(floats(dx), floats(dy), floats(y), floats(x), x.rows(), x.columns(), accumulate);
    }

    private Attention attention(Tensor q, Tensor k, int headDim, Segments segments) {
        AttentionPlan present = plan;
        if (present == null || !present.serves(segments)) {
            present = new AttentionPlan(segments);
            plan = present;
        }
        return new Attention(present, q.columns() / headDim, k.columns() / headDim, headDim);
    }

    @Override
    public void swiGlu(Tensor y, Tensor gate, Tensor up) {
        Check.sameLength(y, gate);
        Check.sameLength(up, gate);
        rowOps.swiGlu(floats(y), floats(gate), floats(up), gate.rows(), gate.columns());
    }

    @Override
    public void swiGluBackward(Tensor dGate, Tensor dUp, Tensor y, Tensor dy, Tensor gate, Tensor up) {
        Check.sameLength(dGate, gate);
        Check.sameLength(dUp, gate);
        Check.sameLength(y, gate);
        Check.sameLength(dy, gate);
        Check.sameLength(up, gate);
        rowOps.swiGluBackward(
                floats(dGate),
                floats(dUp),
                floats(y),
                floats(dy),
                floats(gate),
                floats(up),
                gate.rows(),
                gate.columns());
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
        Check.head(dHidden, dWeight, hidden, weight, targets);
        if (rowLogProbs.length < targets.length) {
            rowLogProbs = new double[targets.length];
        }
        double[] logProbs = rowLogProbs;
        float factor = (float) gradientScale;
        head(dHidden, dWeight, hidden, weight, targets)
                .run(row -> factor, (row, logProb) -> logProbs[row] = logProb, scratch);
        return -Arrays.stream(logProbs, 0, targets.length).sum();
    }

    @Override
    public void tokenLogProbs(Tensor logProbs, Tensor hidden, Tensor weight, int[] targets, Arena scratch) {
        Check.head(null, null, hidden, weight, targets);
        Check.length(logProbs, targets.length);
        Floats to = floats(logProbs);
        head(null, null, hidden, weight, targets)
                .run(row -> 0, (row, logProb) -> to.put(row, (float) logProb), scratch);
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
        Check.head(dHidden, dWeight, hidden, weight, targets);
        Check.length(dLogProbs, targets.length);
        Floats upstream = floats(dLogProbs);
        head(dHidden, dWeight, hidden, weight, targets).run(row -> -upstream.get(row), (row, logProb) -> {}, scratch);
    }

    private LmHead head(
            @Nullable Tensor dHidden, @Nullable Gradient dWeight, Tensor hidden, Tensor weight, int[] targets) {
        HeadTensors tensors = new HeadTensors(
                floats(hidden),
                floats(weight),
                floatsOrNull(dHidden),
                dWeight == null ? null : floats(dWeight.tensor()),
                dWeight != null && dWeight.accumulate());
        return new LmHead(pool, this::floats, HeadSizes.of(hidden.columns(), weight.rows()), tensors, targets);
    }

    @Override
    public double squaredNorm(Tensor x) {
        return flat.squaredNorm(floats(x), x.length());
    }

    @Override
    public void adamW(Tensor weights, Tensor gradients, Tensor firstMoments, Tensor secondMoments, AdamWUpdate update) {
        Check.sameLength(gradients, weights);
        Check.sameLength(firstMoments, weights);
        Check.sameLength(secondMoments, weights);
        flat.adamW(
                floats(weights),
                floats(gradients),
                floats(firstMoments),
                floats(secondMoments),
                weights.length(),
                update);
    }

    @Override
    public void close() {
        bf16.close();
        pool.close();
    }

    private void gatherBf16(Floats y, Floats table, int[] tokens, int columns) {
        float[] row = pool.caller().tile(0, columns);
        for (int i = 0; i < tokens.length; i++) {
            Bf16.get(table, (long) tokens[i] * columns / 2, row, 0, columns);
            y.put((long) i * columns, row, 0, columns);
        }
    }

    private static boolean isBf16(Tensor tensor) {
        return tensor.dataType() == DataType.BFLOAT16;
    }

    /** A tensor of bfloat16, which begins at an even element and has rows of even length, as floats of two each. */
    private Floats pairs(Tensor tensor) {
        Check.evenPairs(tensor);
        return tensor.place(Floats.class, findPairs);
    }

    private Floats floats(Tensor tensor) {
        Check.isFloat(tensor);
        return tensor.place(Floats.class, findFloats);
    }

    private Floats findFloats(Tensor tensor) {
        return new Floats(memory(tensor), tensor.offset());
    }

    private Floats findPairs(Tensor tensor) {
        return new Floats(memory(tensor), tensor.offset() / 2);
    }

    private HostMemory memory(Tensor tensor) {
        return memories.computeIfAbsent(tensor.slab(), HostMemory::of);
    }

    private @Nullable Floats floatsOrNull(@Nullable Tensor tensor) {
        return tensor == null ? null : floats(tensor);
    }
}
