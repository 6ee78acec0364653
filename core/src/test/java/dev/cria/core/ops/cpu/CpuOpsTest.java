package dev.cria.core.ops.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cria.core.ops.Arena;
import dev.cria.core.ops.Precision;
import dev.cria.core.ops.RotaryTable;
import dev.cria.core.ops.Segments;
import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.TensorOps;
import dev.cria.core.ops.TensorOps.AdamWUpdate;
import dev.cria.core.ops.TensorOps.Gradient;
import dev.cria.core.ops.TensorOps.Projection;
import dev.cria.core.ops.cpu.Twins.Twin;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every kernel against the reference in double, over random sizes. Values lie in (-1, 1) and sums have at most some
 * thousand terms, so that rounding to float stays below {@link #ROUNDING} of a result's largest element.
 */
class CpuOpsTest {
    private static final double ROUNDING = 5e-6;
    private static final int ROUNDS = 12;

    private Twins twins = new Twins(PlainKernels::new, 0);

    /** The two implementations of the innermost loops. */
    enum Kernels {
        PLAIN,
        BEST;

        Supplier<TileKernels> supplier() {
            return this == PLAIN ? PlainKernels::new : KernelProvider.best();
        }
    }

    /** Statements about one draw of sizes. */
    @FunctionalInterface
    private interface Trial {
        void run();
    }

    private void repeat(Kernels kernels, Trial trial) {
        for (int seed = 1; seed <= ROUNDS; seed++) {
            twins.close();
            twins = new Twins(kernels.supplier(), seed);
            try {
                trial.run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("with seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    @AfterEach
    void close() {
        twins.close();
    }

    @Test
    void testsRunOnTheVectorApi() {
        assertThat(Kernels.BEST.supplier().get().describe()).startsWith("Vector API");
    }

    @ParameterizedTest
    @EnumSource
    void flatPasses(Kernels kernels) {
        repeat(kernels, () -> {
            int n = twins.size(1, 300_000);
            Twin x = twins.random(n);
            Twin y = twins.garbage(n);
            twins.fast.copy(y.fast(), x.fast());
            twins.reference.copy(y.reference(), x.reference());
            twins.assertSame("copy", y, 0);
            twins.fast.addScaled(y.fast(), x.fast(), 0.3);
            twins.reference.addScaled(y.reference(), x.reference(), 0.3);
            twins.assertSame("sum", y, ROUNDING);
            double expected = twins.reference.squaredNorm(y.reference());
            assertThat(twins.fast.squaredNorm(y.fast())).isCloseTo(expected, within(1e-6 * expected));
            twins.fast.fill(y.fast(), 0.5);
            twins.reference.fill(y.reference(), 0.5);
            twins.assertSame("fill", y, 0);
            twins.fast.fill(y.fast().slice(n / 3, n / 2 + 1), 0);
            twins.reference.fill(y.reference().slice(n / 3, n / 2 + 1), 0);
            twins.assertSame("zeros in the middle", y, 0);
        });
    }

    @ParameterizedTest
    @EnumSource
    void functionsOfVectors(Kernels kernels) {
        repeat(kernels, () -> {
            int n = twins.size(1, 200_000);
            Twin a = twins.random(n);
            Twin b = twins.random(n);
            Twin y = twins.garbage(n);
            twins.fast.zip(y.fast(), a.fast(), b.fast(), (p, q) -> p * Math.exp(q));
            twins.reference.zip(y.reference(), a.reference(), b.reference(), (p, q) -> p * Math.exp(q));
            twins.assertSame("y", y, ROUNDING);
            for (boolean accumulate : new boolean[] {false, true}) {
                twins.fast.zipBackward(b.fast(), y.fast(), a.fast(), a.fast(), (p, q) -> p - 2 * q, accumulate);
                twins.reference.zipBackward(
                        b.reference(), y.reference(), a.reference(), a.reference(), (p, q) -> p - 2 * q, accumulate);
                twins.assertSame("da", b, ROUNDING);
            }
            double expected = twins.reference.sum(a.reference());
            assertThat(twins.fast.sum(a.fast())).isCloseTo(expected, within(1e-6 * n));
        });
    }

    @ParameterizedTest
    @EnumSource
    void logSumExp(Kernels kernels) {
        repeat(kernels, () -> {
            int rows = twins.size(1, 300);
            Twin x = twins.random(rows, twins.size(1, 70));
            Twin y = twins.garbage(rows);
            twins.fast.logSumExp(y.fast(), x.fast());
            twins.reference.logSumExp(y.reference(), x.reference());
            twins.assertSame("y", y, ROUNDING);
            Twin dy = twins.random(rows);
            Twin dx = twins.random(rows, x.fast().columns());
            for (boolean accumulate : new boolean[] {false, true}) {
                twins.fast.logSumExpBackward(dx.fast(), dy.fast(), y.fast(), x.fast(), accumulate);
                twins.reference.logSumExpBackward(
                        dx.reference(), dy.reference(), y.reference(), x.reference(), accumulate);
                twins.assertSame("dx", dx, ROUNDING);
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void embeddingAndRowSelection(Kernels kernels) {
        repeat(kernels, () -> {
            int vocab = twins.size(1, 40);
            int tokens = twins.size(1, 300);
            int hidden = twins.size(1, 70);
            int[] ids = twins.indices(tokens, vocab);
            Twin table = twins.random(vocab, hidden);
            Twin y = twins.garbage(tokens, hidden);
            twins.fast.embedding(y.fast(), table.fast(), ids);
            twins.reference.embedding(y.reference(), table.reference(), ids);
            twins.assertSame("embedding", y, 0);
            twins.fast.embeddingBackward(table.fast(), y.fast(), ids);
            twins.reference.embeddingBackward(table.reference(), y.reference(), ids);
            twins.assertSame("dTable", table, ROUNDING);
            Twin rows = twins.garbage(3, hidden);
            int[] chosen = twins.indices(3, tokens);
            twins.fast.gatherRows(rows.fast(), y.fast(), chosen);
            twins.reference.gatherRows(rows.reference(), y.reference(), chosen);
            twins.assertSame("rows", rows, 0);
        });
    }

    @ParameterizedTest
    @EnumSource
    void linear(Kernels kernels) {
        repeat(kernels, () -> {
            int rows = twins.size(1, 200);
            int in = twins.size(1, 300);
            int out = twins.size(1, 300);
            Twin x = twins.random(rows, in);
            Twin weight = twins.random(out, in);
            Twin y = twins.garbage(rows, out);
            for (boolean accumulate : new boolean[] {false, true}) {
                twins.fast.linear(y.fast(), x.fast(), weight.fast(), accumulate);
                twins.reference.linear(y.reference(), x.reference(), weight.reference(), accumulate);
                twins.assertSame("y", y, ROUNDING);
            }
            for (boolean accumulate : new boolean[] {false, true}) {
                Twin dWeight = twins.gradient(accumulate, out, in);
                twins.fast.linearBackwardWeight(dWeight.fastGradient(accumulate), y.fast(), x.fast());
                twins.reference.linearBackwardWeight(
                        dWeight.referenceGradient(accumulate), y.reference(), x.reference());
                twins.assertSame("dWeight", dWeight, ROUNDING);
            }
            for (boolean accumulate : new boolean[] {false, true}) {
                twins.fast.linearBackwardInput(x.fast(), y.fast(), weight.fast(), accumulate);
                twins.reference.linearBackwardInput(x.reference(), y.reference(), weight.reference(), accumulate);
                twins.assertSame("dx", x, ROUNDING);
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void gradientsOfOneWeightInTwoProducts(Kernels kernels) {
        repeat(kernels, () -> {
            int rows = twins.size(300, 600); // enough for a task on each thread
            Twin x = twins.random(rows, 100);
            Twin weight = twins.random(90, 100);
            Twin first = twins.random(rows, 90);
            Twin second = twins.random(rows, 90);
            Twin dx = twins.garbage(rows, 100);
            Twin dWeight = twins.garbage(90, 100);
            twins.fast.linearBackward(
                    dx.fast(),
                    x.fast(),
                    List.of(
                            new Projection(weight.fast(), dWeight.fastGradient(false), first.fast()),
                            new Projection(weight.fast(), dWeight.fastGradient(true), second.fast())),
                    false);
            twins.reference.linearBackward(
                    dx.reference(),
                    x.reference(),
                    List.of(
                            new Projection(weight.reference(), dWeight.referenceGradient(false), first.reference()),
                            new Projection(weight.reference(), dWeight.referenceGradient(true), second.reference())),
                    false);
            twins.assertSame("dx", dx, ROUNDING);
            twins.assertSame("dWeight", dWeight, ROUNDING);
        });
    }

    @ParameterizedTest
    @EnumSource
    void rmsNorm(Kernels kernels) {
        repeat(kernels, () -> {
            int rows = twins.size(1, 200);
            int hidden = twins.size(1, 300);
            Twin x = twins.random(rows, hidden);
            Twin gain = twins.random(hidden);
            Twin y = twins.garbage(rows, hidden);
            Twin rstd = twins.garbage(rows);
            twins.fast.rmsNorm(y.fast(), rstd.fast(), x.fast(), gain.fast(), 1e-5);
            twins.reference.rmsNorm(y.reference(), rstd.reference(), x.reference(), gain.reference(), 1e-5);
            twins.assertSame("y", y, ROUNDING);
            twins.assertSame("rstd", rstd, ROUNDING);
            Twin dy = twins.random(rows, hidden);
            Twin dx = twins.garbage(rows, hidden);
            Twin dGain = twins.random(hidden);
            for (boolean accumulate : new boolean[] {false, true}) {
                twins.fast.rmsNormBackward(
                        dx.fast(), dGain.fast(), dy.fast(), x.fast(), gain.fast(), rstd.fast(), accumulate);
                twins.reference.rmsNormBackward(
                        dx.reference(),
                        dGain.reference(),
                        dy.reference(),
                        x.reference(),
                        gain.reference(),
                        rstd.reference(),
                        accumulate);
                twins.assertSame("dx", dx, 10 * ROUNDING); // differences of nearly equal terms
                twins.assertSame("dGain", dGain, 10 * ROUNDING);
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void rotary(Kernels kernels) {
        repeat(kernels, () -> {
            int headDim = 2 * twins.size(1, 64);
            int heads = twins.size(1, 5);
            int tokens = twins.size(1, 100);
            RotaryTable table = new RotaryTable(headDim, 10_000, 50);
            int[] positions = twins.indices(tokens, 50);
            Twin x = twins.random(tokens, (long) heads * headDim);
            Twin y = twins.garbage(tokens, (long) heads * headDim);
            twins.fast.rotary(y.fast(), x.fast(), table, positions, false);
            twins.reference.rotary(y.reference(), x.reference(), table, positions, false);
            twins.assertSame("y", y, ROUNDING);
            twins.fast.rotary(y.fast(), y.fast(), table, positions, true);
            twins.reference.copy(y.reference(), x.reference());
            twins.assertSame("turned back in place", y, ROUNDING);
        });
    }

    @ParameterizedTest
    @EnumSource
    void swiGlu(Kernels kernels) {
        repeat(kernels, () -> {
            int rows = twins.size(1, 100);
            int columns = twins.size(1, 400);
            Twin gate = twins.random(rows, columns);
            twins.fast.addScaled(gate.fast(), gate.fast(), 90); // far into both tails
            twins.reference.addScaled(gate.reference(), gate.reference(), 90);
            Twin up = twins.random(rows, columns);
            Twin y = twins.garbage(rows, columns);
            twins.fast.swiGlu(y.fast(), gate.fast(), up.fast());
            twins.reference.swiGlu(y.reference(), gate.reference(), up.reference());
            twins.assertSame("y", y, ROUNDING);
            Twin dy = twins.random(rows, columns);
            twins.fast.swiGluBackward(gate.fast(), up.fast(), dy.fast(), dy.fast(), gate.fast(), up.fast());
            twins.reference.swiGluBackward(
                    gate.reference(), up.reference(), dy.reference(), dy.reference(), gate.reference(), up.reference());
            twins.assertSame("y again", dy, ROUNDING);
            twins.assertSame("dGate", gate, 10 * ROUNDING);
            twins.assertSame("dUp", up, 10 * ROUNDING);
        });
    }

    @ParameterizedTest
    @EnumSource
    void attention(Kernels kernels) {
        repeat(kernels, () -> {
            int kvHeads = twins.size(1, 3);
            int heads = kvHeads * twins.size(1, 3);
            int headDim = 2 * twins.size(4, 64);
            Segments segments = randomSegments();
            int tokens = segments.tokens();
            Twin q = twins.random(tokens, (long) heads * headDim);
            Twin k = twins.random(tokens, (long) kvHeads * headDim);
            Twin v = twins.random(tokens, (long) kvHeads * headDim);
            Twin lse = twins.assertSameAttention(q, k, v, headDim, segments, ROUNDING, 10 * ROUNDING);
            twins.assertSame("logSumExp", lse, ROUNDING);
        });
    }

    /** Scores of up to 100, known to some 1e-5: the first key's, by which all are shifted, is far below the largest. */
    @ParameterizedTest
    @EnumSource
    void attentionToKeysOfVeryDifferentScores(Kernels kernels) {
        repeat(kernels, () -> {
            int tokens = twins.size(20, 80);
            Twin q = twins.random(tokens, 8);
            Twin k = twins.random(tokens, 8);
            float[] keys = twins.values(k);
            for (int i = 0; i < keys.length; i++) {
                keys[i] *= 100;
            }
            twins.upload(k, keys);
            Twin v = twins.random(tokens, 8);
            Twin lse = twins.assertSameAttention(q, k, v, 8, Segments.ofLengths(tokens), 1e-4, 1e-3);
            twins.assertSame("logSumExp", lse, ROUNDING);
        });
    }

    /** Segments of 1 to 150 tokens, of which some share prefixes and chains of prefixes. */
    private Segments randomSegments() {
        int count = twins.size(1, 6);
        int[] lengths = new int[count];
        int[] prefixes = new int[count];
        for (int s = 0; s < count; s++) {
            lengths[s] = twins.random.nextBoolean() ? twins.size(1, 3) : twins.size(1, 150);
            prefixes[s] = s == 0 || twins.random.nextBoolean() ? Segments.NO_PREFIX : twins.random.nextInt(s);
        }
        return Segments.withPrefixes(lengths, prefixes);
    }

    @ParameterizedTest
    @EnumSource
    void crossEntropy(Kernels kernels) {
        repeat(kernels, () -> {
            Head head = new Head(twins);
            double loss = twins.fast.linearCrossEntropy(
                    head.dHidden.fast(),
                    head.dWeight.fastGradient(head.accumulate),
                    head.hidden.fast(),
                    head.weight.fast(),
                    head.targets,
                    0.1,
                    twins.fastArena);
            double expected = twins.reference.linearCrossEntropy(
                    head.dHidden.reference(),
                    head.dWeight.referenceGradient(head.accumulate),
                    head.hidden.reference(),
                    head.weight.reference(),
                    head.targets,
                    0.1,
                    twins.referenceArena);
            assertThat(loss).isCloseTo(expected, within(ROUNDING * Math.abs(expected) + 1e-6));
            twins.assertSame("dHidden", head.dHidden, 10 * ROUNDING);
            twins.assertSame("dWeight", head.dWeight, 10 * ROUNDING);
        });
    }

    @ParameterizedTest
    @EnumSource
    void tokenLogProbs(Kernels kernels) {
        repeat(kernels, () -> {
            Head head = new Head(twins);
            Twin logProbs = twins.garbage(head.targets.length);
            twins.fast.tokenLogProbs(
                    logProbs.fast(), head.hidden.fast(), head.weight.fast(), head.targets, twins.fastArena);
            twins.reference.tokenLogProbs(
                    logProbs.reference(),
                    head.hidden.reference(),
                    head.weight.reference(),
                    head.targets,
                    twins.referenceArena);
            twins.assertSame("logProbs", logProbs, ROUNDING);
            Twin upstream = twins.random(head.targets.length);
            twins.fast.tokenLogProbsBackward(
                    head.dHidden.fast(),
                    null,
                    upstream.fast(),
                    head.hidden.fast(),
                    head.weight.fast(),
                    head.targets,
                    twins.fastArena);
            twins.fast.tokenLogProbsBackward(
                    null,
                    head.dWeight.fastGradient(head.accumulate),
                    upstream.fast(),
                    head.hidden.fast(),
                    head.weight.fast(),
                    head.targets,
                    twins.fastArena);
            twins.reference.tokenLogProbsBackward(
                    head.dHidden.reference(),
                    head.dWeight.referenceGradient(head.accumulate),
                    upstream.reference(),
                    head.hidden.reference(),
                    head.weight.reference(),
                    head.targets,
                    twins.referenceArena);
            twins.assertSame("dHidden", head.dHidden, 10 * ROUNDING);
            twins.assertSame("dWeight", head.dWeight, 10 * ROUNDING);
        });
    }

    /** An LM head of random size, often with more than one tile of words and more than one chunk of rows. */
    private static final class Head {
        final int[] targets;
        final Twin hidden;
        final Twin weight;
        final Twin dHidden;
        final Twin dWeight;
        final boolean accumulate; // the weight's gradient

        Head(Twins twins) {
            int width = twins.size(1, 40);
            int vocab = twins.random.nextBoolean() ? twins.size(1, 50) : twins.size(1000, 3000);
            int rows = twins.random.nextBoolean() ? twins.size(1, 50) : twins.size(1000, 1200);
            this.targets = twins.indices(rows, vocab);
            this.hidden = twins.random(rows, width);
            this.weight = twins.random(vocab, width);
            this.dHidden = twins.garbage(rows, width);
            this.accumulate = twins.random.nextBoolean();
            this.dWeight = twins.gradient(accumulate, vocab, width);
        }
    }

    @ParameterizedTest
    @EnumSource
    void crossEntropyOfLogitsThatOvershootTheFirstTile(Kernels kernels) {
        twins.close();
        twins = new Twins(kernels.supplier(), 1);
        int vocab = 4000;
        float[] weights = new float[vocab];
        for (int word = 0; word < vocab; word++) {
            weights[word] = word / 10f; // logits rise from 0 to 400
        }
        Twin weight = twins.garbage(vocab, 1);
        twins.upload(weight, weights);
        Twin hidden = twins.garbage(2, 1);
        twins.upload(hidden, new float[] {1, -1});
        Twin dHidden = twins.garbage(2, 1);
        Twin dWeight = twins.random(vocab, 1);
        int[] targets = {17, 3999};
        double loss = twins.fast.linearCrossEntropy(
                dHidden.fast(), dWeight.fastGradient(true), hidden.fast(), weight.fast(), targets, 1, twins.fastArena);
        double expected = twins.reference.linearCrossEntropy(
                dHidden.reference(),
                dWeight.referenceGradient(true),
                hidden.reference(),
                weight.reference(),
                targets,
                1,
                twins.referenceArena);
        assertThat(loss).isCloseTo(expected, within(1e-6 * expected));
        twins.assertSame("dHidden", dHidden, 10 * ROUNDING);
        twins.assertSame("dWeight", dWeight, 1e-4); // logits of 400 are rounded by 3e-5
    }

    @ParameterizedTest
    @EnumSource
    void adamW(Kernels kernels) {
        repeat(kernels, () -> {
            int n = twins.size(1, 20_000);
            Twin w = twins.random(n);
            Twin m = twins.random(n);
            Twin v = twins.random(n);
            twins.fast.fill(v.fast(), 0.01);
            twins.reference.fill(v.reference(), 0.01);
            for (int step = 1; step <= 3; step++) {
                Twin g = twins.random(n);
                AdamWUpdate update = new AdamWUpdate(step, 3e-3, 0.9, 0.95, 1e-5, 0.1, 0.7);
                twins.fast.adamW(w.fast(), g.fast(), m.fast(), v.fast(), update);
                twins.reference.adamW(w.reference(), g.reference(), m.reference(), v.reference(), update);
            }
            twins.assertSame("w", w, ROUNDING);
            twins.assertSame("m", m, ROUNDING);
            twins.assertSame("v", v, ROUNDING);
        });
    }

    /** Such as a batch without targets: nothing is read, and what is added to stays as it is. */
    @ParameterizedTest
    @EnumSource
    void noRows(Kernels kernels) {
        repeat(kernels, () -> {
            int width = 2 * twins.size(1, 20);
            int[] none = {};
            Twin table = twins.random(7, width);
            Twin sums = twins.random(7, width);
            Twin rows = twins.garbage(0, width);
            Twin numbers = twins.garbage(0);
            for (TensorOps ops : List.of(twins.fast, twins.reference)) {
                Function<Twin, Tensor> of = ops == twins.fast ? Twin::fast : Twin::reference;
                Arena arena = ops == twins.fast ? twins.fastArena : twins.referenceArena;
                Gradient dWeight = new Gradient(of.apply(sums), true);
                ops.gatherRows(of.apply(rows), of.apply(table), none);
                ops.scatterRows(of.apply(sums), of.apply(rows), none);
                ops.embedding(of.apply(rows), of.apply(table), none);
                ops.embeddingBackward(of.apply(sums), of.apply(rows), none);
                ops.tokenLogProbs(of.apply(numbers), of.apply(rows), of.apply(table), none, arena);
                ops.tokenLogProbsBackward(
                        of.apply(rows), dWeight, of.apply(numbers), of.apply(rows), of.apply(table), none, arena);
                assertThat(ops.linearCrossEntropy(
                                of.apply(rows), dWeight, of.apply(rows), of.apply(table), none, 1, arena))
                        .isZero();
            }
            twins.assertSame("sums", sums, 0);
        });
    }

    @Test
    void refusesWhatWouldReachPastATensor() {
        Twin x = twins.random(4, 8);
        Twin table = twins.random(10, 8);
        assertThatThrownBy(() -> twins.fast.embedding(x.fast(), table.fast(), new int[] {0, 1, 2, 10}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("index 10 at 3 is not between 0 and 9");
        assertThatThrownBy(() -> twins.fast.linear(x.fast(), x.fast(), table.fast(), false))
                .hasMessageContaining("do not fit one another");
        assertThatThrownBy(() -> twins.fast.fill(x.reference(), 0)).hasMessageContaining("DOUBLE");
    }

    @Test
    void refusesThreadsThatTheMachineDoesNotHave() {
        assertThatThrownBy(() -> new CpuOps(0, Precision.FP32)).hasMessageContaining("threads must be between 1 and");
        assertThatThrownBy(() -> new CpuOps(100_000, Precision.FP32)).hasMessageContaining("got 100000");
    }

    @Test
    void throwsWhatATaskThrows() {
        try (WorkerPool pool =
                new WorkerPool(2, i -> new Worker(new PlainKernels(), new OpenBlasGemm(), new OpenBlasGemm()))) {
            assertThatThrownBy(() -> pool.run(10, (task, worker) -> {
                        throw new IllegalStateException("task " + task);
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("task ");
        }
    }
}
