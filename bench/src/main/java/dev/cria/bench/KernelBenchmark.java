package dev.cria.bench;

import dev.cria.core.ops.Arena;
import dev.cria.core.ops.Precision;
import dev.cria.core.ops.ReferenceOps;
import dev.cria.core.ops.RotaryTable;
import dev.cria.core.ops.Segments;
import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.TensorOps;
import dev.cria.core.ops.TensorOps.AdamWUpdate;
import dev.cria.core.ops.TensorOps.Gradient;
import dev.cria.core.ops.cpu.CpuOps;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Every kernel of a training step against its reference in plain ND4J calls, in the sizes of config S: 8 sequences of 256 tokens. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0"})
@SuppressWarnings("NullAway.Init") // JMH calls setUp before any benchmark
public class KernelBenchmark {
    private static final int SEQUENCES = 8;
    private static final int LENGTH = 256;
    private static final int TOKENS = SEQUENCES * LENGTH;
    private static final int HIDDEN = 288;
    private static final int HEADS = 6;
    private static final int HEAD_DIM = HIDDEN / HEADS;
    private static final int INTERMEDIATE = 768;
    private static final int VOCAB = 32_000;
    private static final AdamWUpdate UPDATE = new AdamWUpdate(1, 1e-4, 0.9, 0.95, 1e-5, 0.1, 1);

    /** Whose kernels. */
    @Param({"cpu", "cpu-bf16", "reference"})
    public String ops;

    private TensorOps kernels;
    private Arena arena;
    private int[] tokens;
    private int[] positions;
    private Segments segments;
    private RotaryTable rotary;
    private Tensor x;
    private Tensor y;
    private Tensor[] states;
    private Tensor gain;
    private Tensor dGain;
    private Tensor rstd;
    private Tensor logSumExp;
    private Tensor wide;
    private Tensor wideGradient;
    private Tensor wideOut;
    private Tensor dWide;
    private Tensor up;
    private Tensor weight;
    private Tensor embedding;
    private Tensor dEmbedding;
    private Tensor first;
    private Tensor second;

    /** Makes random tensors. */
    @Setup
    public void setUp() {
        kernels = switch (ops) {
            case "reference" -> new ReferenceOps(DataType.FLOAT);
            case "cpu-bf16" -> CpuOps.create(Precision.BF16);
            default -> CpuOps.create();
        };
        arena = new Arena(DataType.FLOAT);
        SplittableRandom random = new SplittableRandom(1);
        tokens = random.ints(TOKENS, 0, VOCAB).toArray();
        positions = IntStream.range(0, TOKENS).map(i -> i % LENGTH).toArray();
        int[] lengths = new int[SEQUENCES];
        Arrays.fill(lengths, LENGTH);
        segments = Segments.ofLengths(lengths);
        rotary = new RotaryTable(HEAD_DIM, 10_000, LENGTH);
        x = random(random, TOKENS, HIDDEN);
        y = random(random, TOKENS, HIDDEN);
        states = new Tensor[] {
            random(random, TOKENS, HIDDEN), random(random, TOKENS, HIDDEN), random(random, TOKENS, HIDDEN)
        };
        gain = random(random, HIDDEN);
        dGain = random(random, HIDDEN);
        rstd = random(random, TOKENS);
        logSumExp = random(random, TOKENS, HEADS);
        wide = random(random, TOKENS, INTERMEDIATE);
        wideGradient = random(random, TOKENS, INTERMEDIATE);
        wideOut = random(random, TOKENS, INTERMEDIATE);
        dWide = random(random, TOKENS, INTERMEDIATE);
        up = random(random, TOKENS, INTERMEDIATE);
        weight = random(random, INTERMEDIATE, HIDDEN);
        embedding = random(random, VOCAB, HIDDEN);
        dEmbedding = random(random, VOCAB, HIDDEN);
        first = random(random, VOCAB, HIDDEN);
        second = random(random, VOCAB, HIDDEN);
        kernels.fill(second, 1);
        kernels.causalAttention(y, logSumExp, x, states[0], states[1], HEAD_DIM, segments);
    }

    private Tensor random(SplittableRandom random, long... shape) {
        Tensor tensor = arena.allocate(shape);
        float[] values = new float[Math.toIntExact(tensor.length())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextDouble() - 0.5) / 4;
        }
        kernels.upload(tensor, values, 0, values.length);
        return tensor;
    }

    /** Ends the threads. */
    @TearDown
    public void tearDown() {
        arena.close();
        kernels.close();
    }

    /** Rows of the table. */
    @Benchmark
    public void embedding() {
        kernels.embedding(y, embedding, tokens);
    }

    /** Scatter of their gradients. */
    @Benchmark
    public void embeddingBackward() {
        kernels.embeddingBackward(dEmbedding, x, tokens);
    }

    /** [tokens, 288] times [768, 288] transposed. */
    @Benchmark
    public void linear() {
        kernels.linear(wideOut, x, weight, false);
    }

    /** [tokens, 768] times [768, 288]. */
    @Benchmark
    public void linearBackwardInput() {
        kernels.linearBackwardInput(y, wide, weight, false);
    }

    /** [tokens, 768] transposed times [tokens, 288]. */
    @Benchmark
    public void linearBackwardWeight() {
        kernels.linearBackwardWeight(new Gradient(weight, true), wide, x);
    }

    /** RMSNorm. */
    @Benchmark
    public void rmsNorm() {
        kernels.rmsNorm(y, rstd, x, gain, 1e-5);
    }

    /** Its gradients. */
    @Benchmark
    public void rmsNormBackward() {
        kernels.rmsNormBackward(y, dGain, states[0], x, gain, rstd, false);
    }

    /** Rotary embedding. */
    @Benchmark
    public void rotary() {
        kernels.rotary(y, x, rotary, positions, false);
    }

    /** Causal attention, 6 heads. */
    @Benchmark
    public void attention() {
        kernels.causalAttention(y, logSumExp, x, states[0], states[1], HEAD_DIM, segments);
    }

    /** Its gradients. */
    @Benchmark
    public void attentionBackward() {
        kernels.causalAttentionBackward(
                wideRows(0),
                wideRows(1),
                wideRows(2),
                states[2],
                y,
                logSumExp,
                x,
                states[0],
                states[1],
                HEAD_DIM,
                segments);
    }

    /** Memory of the shape of hidden states that nobody else needs. */
    private Tensor wideRows(int part) {
        Tensor[] memory = {wideOut, wideGradient, up};
        return memory[part]
                .reshape(TOKENS * (long) INTERMEDIATE)
                .slice(0, TOKENS * (long) HIDDEN)
                .reshape(TOKENS, HIDDEN);
    }

    /** SwiGLU. */
    @Benchmark
    public void swiGlu() {
        kernels.swiGlu(wideOut, wide, up);
    }

    /** Its gradients. */
    @Benchmark
    public void swiGluBackward() {
        kernels.swiGluBackward(wideOut, wideGradient, dWide, dWide, wide, up);
    }

    /** LM head with cross entropy and its gradients. */
    @Benchmark
    public double linearCrossEntropy() {
        return kernels.linearCrossEntropy(y, new Gradient(dEmbedding, true), x, embedding, tokens, 1.0 / TOKENS, arena);
    }

    /** Log-probabilities of tokens. */
    @Benchmark
    public void tokenLogProbs() {
        kernels.tokenLogProbs(rstd, x, embedding, tokens, arena);
    }

    /** Sum of squares of 9.2M elements. */
    @Benchmark
    public double squaredNorm() {
        return kernels.squaredNorm(embedding);
    }

    /** AdamW on 9.2M elements. */
    @Benchmark
    public void adamW() {
        kernels.adamW(embedding, dEmbedding, first, second, UPDATE);
    }
}
