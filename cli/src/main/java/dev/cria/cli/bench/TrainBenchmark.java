package dev.cria.cli.bench;

import dev.cria.core.Engine;
import dev.cria.core.autograd.Scalar;
import dev.cria.core.autograd.Tape;
import dev.cria.core.data.RaggedBatch;
import dev.cria.core.ops.Segments;
import dev.cria.core.ops.Slab;
import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.TensorOps;
import dev.cria.core.optim.AdamW;
import dev.cria.core.optim.OptimizerConfig;
import dev.cria.core.random.CounterRandom;
import dev.cria.model.Llama;
import dev.cria.model.LlamaConfig;
import java.util.Arrays;
import java.util.Map;
import java.util.function.LongSupplier;
import org.nd4j.linalg.api.buffer.DataType;

/** Times whole optimizer steps: forward, cross entropy, backward, clipping, AdamW, on random tokens. */
final class TrainBenchmark implements AutoCloseable {
    private static final int PEAK_SIZE = 2048; // of the square matrices whose product measures the peak
    private static final int PEAK_ROUNDS = 10;
    private static final double LEARNING_RATE = 3e-4;

    private final LongSupplier clock; // nanoseconds
    private final PhaseTimer timer;
    private final Engine engine;
    private final Llama model;
    private final AdamW optimizer;
    private final RaggedBatch batch;
    private final int sequenceLength;
    private double lastLoss;

    /**
     * A step's work.
     *
     * @param config sizes of the model
     * @param batchSize sequences
     * @param sequenceLength tokens of each
     */
    record Workload(LlamaConfig config, int batchSize, int sequenceLength) {}

    /**
     * What was measured.
     *
     * @param seconds of each timed step
     * @param phases mean seconds of a step by kind of work
     * @param allocatedBytes heap allocated per step by the thread that allocates most
     * @param lastLoss loss of the last step, in nats
     */
    record Result(double[] seconds, Map<PhaseTimer.Phase, Double> phases, double allocatedBytes, double lastLoss) {
        double best() {
            return Arrays.stream(seconds).min().orElseThrow();
        }

        double median() {
            double[] sorted = seconds.clone();
            Arrays.sort(sorted);
            int n = sorted.length;
            return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
        }
    }

    TrainBenchmark(TensorOps ops, Workload workload, LongSupplier clock) {
        this.clock = clock;
        this.timer = new PhaseTimer(ops, clock);
        this.engine = Engine.of(timer);
        this.model = Llama.random(engine, workload.config(), 0);
        this.optimizer = new AdamW(timer, model.parameters(), OptimizerConfig.defaults());
        this.batch = randomBatch(workload);
        this.sequenceLength = workload.sequenceLength();
    }

    private static RaggedBatch randomBatch(Workload workload) {
        CounterRandom random = CounterRandom.of(0, "bench", 0);
        int vocab = workload.config().vocabSize();
        int[] tokens = new int[workload.batchSize() * workload.sequenceLength()];
        int[] targets = new int[tokens.length];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (int) random.below(2L * i, vocab);
            targets[i] = (int) random.below(2L * i + 1, vocab);
        }
        int[] lengths = new int[workload.batchSize()];
        Arrays.fill(lengths, workload.sequenceLength());
        return new RaggedBatch(tokens, targets, Segments.ofLengths(lengths));
    }

    Result run(int warmup, int steps) {
        for (int i = 0; i < warmup; i++) {
            step();
        }
        timer.reset();
        double[] seconds = new double[steps];
        AllocatedBytes before = AllocatedBytes.now();
        for (int i = 0; i < steps; i++) {
            long begin = clock.getAsLong();
            step();
            seconds[i] = (clock.getAsLong() - begin) / 1e9;
        }
        double perStep = (double) AllocatedBytes.now().mostSince(before) / steps;
        Map<PhaseTimer.Phase, Double> phases = timer.seconds();
        phases.replaceAll((phase, total) -> total / steps);
        return new Result(seconds, phases, perStep, lastLoss);
    }

    private void step() {
        optimizer.zeroGradients();
        try (Tape tape = engine.recording()) {
            Scalar loss = model.loss(tape, batch);
            tape.backward(loss);
            lastLoss = loss.value();
        }
        optimizer.step(LEARNING_RATE, optimizer.gradientNorm());
    }

    /** Number of weights. */
    long parameters() {
        return model.parameters().count();
    }

    /**
     * Floating-point operations of a step that training a Llama cannot do without: 6 per token and weight of a matrix
     * product (2 forward, 4 backward), and attention over the tokens before each.
     */
    double flops() {
        LlamaConfig config = model.config();
        long perLayer = (long) config.hiddenSize()
                * (2L * config.queryWidth() + 2L * config.keyValueWidth() + 3L * config.intermediateSize());
        long weights = perLayer * config.numHiddenLayers() + (long) config.vocabSize() * config.hiddenSize();
        double tokens = batch.tokenCount();
        double visible = (sequenceLength + 1) / 2.0;
        double attention = 12 * tokens * visible * config.queryWidth() * config.numHiddenLayers();
        return 6 * tokens * weights + attention;
    }

    /** Floating-point operations a second of the best of some large square products. */
    double peakFlops() {
        try (Slab slab = Slab.allocate(DataType.FLOAT, 3L * PEAK_SIZE * PEAK_SIZE)) {
            Tensor all = slab.tensor(0, 3, PEAK_SIZE, PEAK_SIZE);
            engine.ops().fill(all, 0.5);
            Tensor[] square = new Tensor[3];
            for (int i = 0; i < square.length; i++) {
                square[i] = all.slice(i, i + 1).reshape(PEAK_SIZE, PEAK_SIZE);
            }
            long best = Long.MAX_VALUE;
            for (int i = 0; i < PEAK_ROUNDS; i++) {
                long begin = clock.getAsLong();
                engine.ops().linear(square[0], square[1], square[2], false);
                best = Math.min(best, clock.getAsLong() - begin);
            }
            return 2e9 * PEAK_SIZE * PEAK_SIZE * PEAK_SIZE / best;
        }
    }

    @Override
    public void close() {
        optimizer.close();
        model.close();
        engine.close();
    }
}
