package dev.cria.core.ops.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cria.core.ops.Precision;
import dev.cria.core.ops.Segments;
import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.TensorOps.Gradient;
import dev.cria.core.ops.TensorOps.Projection;
import dev.cria.core.ops.cpu.Twins.Twin;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Products with factors in bfloat16 against the reference in double. A factor keeps 8 bits, so that each term of a sum is
 * off by up to 2^-8 of itself; over sums of random signs that stays below {@link #ROUNDING} of the largest result.
 */
class Bf16Test {
    private static final double ROUNDING = 1e-2;

    private final Twins twins = new Twins(Precision.BF16, KernelProvider.best(), 1);

    @BeforeEach
    void needsTheInstructions() {
        assumeTrue(
                twins.fast.describe().contains("bfloat16"),
                "this CPU has no instructions for bfloat16, bf16 falls back to fp32");
    }

    @AfterEach
    void close() {
        twins.close();
    }

    @Test
    void linearOfAnyNumberOfRows() {
        for (int rows : new int[] {3, 64, 100, 128, 700, 1500}) {
            Twin x = twins.random(rows, 72);
            Twin weight = twins.random(88, 72);
            Twin y = twins.garbage(rows, 88);
            twins.fast.linear(y.fast(), x.fast(), weight.fast(), false);
            twins.reference.linear(y.reference(), x.reference(), weight.reference(), false);
            twins.assertSame("y of " + rows, y, ROUNDING);
            twins.fast.linear(y.fast(), x.fast(), weight.fast(), true);
            twins.reference.linear(y.reference(), x.reference(), weight.reference(), true);
            twins.assertSame("y accumulated of " + rows, y, ROUNDING);
            Twin dx = twins.garbage(rows, 72);
            twins.fast.linearBackwardInput(dx.fast(), y.fast(), weight.fast(), false);
            twins.reference.linearBackwardInput(dx.reference(), y.reference(), weight.reference(), false);
            twins.assertSame("dx of " + rows, dx, ROUNDING);
            for (boolean accumulate : new boolean[] {false, true}) {
                Twin dWeight = twins.gradient(accumulate, 88, 72);
                twins.fast.linearBackwardWeight(dWeight.fastGradient(accumulate), y.fast(), x.fast());
                twins.reference.linearBackwardWeight(
                        dWeight.referenceGradient(accumulate), y.reference(), x.reference());
                twins.assertSame("dWeight of " + rows, dWeight, ROUNDING);
            }
        }
    }

    @Test
    void severalLargeProductsWithOneInput() { // large enough to be rounded first, in whole blocks, halves and leftovers
        int in = 512;
        Twin a = twins.random(784, in);
        Twin b = twins.random(336, in);
        for (int rows : new int[] {63, 64, 200, 448, 2048 + 256 + 65}) {
            Twin x = twins.random(rows, in);
            Twin ya = twins.garbage(rows, 784);
            Twin yb = twins.garbage(rows, 336);
            twins.fast.linear(List.of(ya.fast(), yb.fast()), x.fast(), List.of(a.fast(), b.fast()));
            twins.reference.linear(
                    List.of(ya.reference(), yb.reference()), x.reference(), List.of(a.reference(), b.reference()));
            twins.assertSame("y of a, rows " + rows, ya, ROUNDING);
            twins.assertSame("y of b, rows " + rows, yb, ROUNDING);
            Twin dx = twins.garbage(rows, in);
            Twin da = twins.garbage(784, in);
            for (boolean accumulate : new boolean[] {false, true}) {
                List<Projection> projections = projections(Twin::fast, a, da.fastGradient(accumulate), ya, b, yb);
                List<Projection> expected =
                        projections(Twin::reference, a, da.referenceGradient(accumulate), ya, b, yb);
                twins.fast.linearBackward(dx.fast(), x.fast(), projections, accumulate);
                twins.reference.linearBackward(dx.reference(), x.reference(), expected, accumulate);
                twins.assertSame("dx, rows " + rows, dx, ROUNDING);
                twins.assertSame("da, rows " + rows, da, ROUNDING);
            }
            twins.fast.linearBackward(
                    null, x.fast(), projections(Twin::fast, a, da.fastGradient(true), ya, b, yb), false);
            twins.reference.linearBackward(
                    null, x.reference(), projections(Twin::reference, a, da.referenceGradient(true), ya, b, yb), false);
            twins.assertSame("da alone, rows " + rows, da, ROUNDING);
        }
    }

    /** One product whose weight learns, and one whose weight is frozen. */
    private static List<Projection> projections(
            Function<Twin, Tensor> side, Twin a, Gradient da, Twin ya, Twin b, Twin yb) {
        return List.of(
                new Projection(side.apply(a), da, side.apply(ya)), new Projection(side.apply(b), null, side.apply(yb)));
    }

    @Test
    void attentionOverSegmentsOfWholeTilesAndOthers() {
        Segments segments = Segments.ofLengths(new int[] {64, 128, 1, 320, 100});
        int tokens = 613;
        int headDim = 16;
        Twin q = twins.random(tokens, 4L * headDim);
        Twin k = twins.random(tokens, 2L * headDim);
        Twin v = twins.random(tokens, 2L * headDim);
        twins.assertSameAttention(q, k, v, headDim, segments, ROUNDING, ROUNDING);
    }

    @Test
    void crossEntropyOfAnySizes() {
        int[][] sizes = {
            {1300, 2500, 48},
            {1, 33, 2},
            {65, 1025, 8},
            {127, 700, 33},
            {200, 5001, 16},
            {1030, 64, 10},
            {70, 20, 8},
            {70, 3, 2}
        };
        for (int[] size : sizes) {
            String name = " of %d rows, %d words, %d wide".formatted(size[0], size[1], size[2]);
            int[] targets = twins.indices(size[0], size[1]);
            Twin hidden = twins.random(size[0], size[2]);
            Twin weight = twins.random(size[1], size[2]);
            checkHead(name, targets, hidden, weight);
        }
    }

    /** Logits of a later tile that exp could not take, had it the first tile's shift: up to 400 above it. */
    @Test
    void crossEntropyOfLogitsThatOvershootTheFirstTile() {
        int vocab = 4000;
        float[] weights = new float[2 * vocab];
        for (int word = 0; word < vocab; word++) {
            weights[2 * word] = (float) (word / 10 / 2 * 2); // even integers up to 398 are bfloat16s
        }
        Twin weight = twins.garbage(vocab, 2);
        twins.upload(weight, weights);
        Twin hidden = twins.garbage(3, 2);
        twins.upload(hidden, new float[] {1, 0, -1, 0, 0.5f, 1});
        checkHead(" that overshoots", new int[] {17, 3999, 2000}, hidden, weight);
    }

    private void checkHead(String name, int[] targets, Twin hidden, Twin weight) {
        checkHead(name + ", overwriting", targets, hidden, weight, false);
        checkHead(name + ", adding", targets, hidden, weight, true);
        checkOneGradientAtATime(name, targets, hidden, weight);
    }

    private void checkHead(String name, int[] targets, Twin hidden, Twin weight, boolean accumulate) {
        Twin dHidden = twins.garbage(hidden.fast().rows(), hidden.fast().columns());
        Twin dWeight =
                twins.gradient(accumulate, weight.fast().rows(), weight.fast().columns());
        double loss = twins.fast.linearCrossEntropy(
                dHidden.fast(),
                dWeight.fastGradient(accumulate),
                hidden.fast(),
                weight.fast(),
                targets,
                1,
                twins.fastArena);
        double expected = twins.reference.linearCrossEntropy(
                dHidden.reference(),
                dWeight.referenceGradient(accumulate),
                hidden.reference(),
                weight.reference(),
                targets,
                1,
                twins.referenceArena);
        assertThat(loss).as("loss" + name).isCloseTo(expected, within(2e-3 * expected));
        twins.assertSame("dHidden" + name, dHidden, ROUNDING);
        twins.assertSame("dWeight" + name, dWeight, ROUNDING);
    }

    private void checkOneGradientAtATime(String name, int[] targets, Twin hidden, Twin weight) {
        Twin dHidden = twins.garbage(hidden.fast().rows(), hidden.fast().columns());
        Twin dWeight = twins.random(weight.fast().rows(), weight.fast().columns());
        Twin upstream = twins.random(targets.length);
        Twin logProbs = twins.garbage(targets.length);
        twins.fast.tokenLogProbs(logProbs.fast(), hidden.fast(), weight.fast(), targets, twins.fastArena);
        twins.fast.tokenLogProbsBackward(
                dHidden.fast(), null, upstream.fast(), hidden.fast(), weight.fast(), targets, twins.fastArena);
        twins.fast.tokenLogProbsBackward(
                null,
                dWeight.fastGradient(true),
                upstream.fast(),
                hidden.fast(),
                weight.fast(),
                targets,
                twins.fastArena);
        twins.reference.tokenLogProbs(
                logProbs.reference(), hidden.reference(), weight.reference(), targets, twins.referenceArena);
        twins.reference.tokenLogProbsBackward(
                dHidden.reference(),
                dWeight.referenceGradient(true),
                upstream.reference(),
                hidden.reference(),
                weight.reference(),
                targets,
                twins.referenceArena);
        twins.assertSame("log-probabilities" + name, logProbs, ROUNDING);
        twins.assertSame("dHidden alone" + name, dHidden, ROUNDING);
        twins.assertSame("dWeight alone" + name, dWeight, ROUNDING);
    }
}
