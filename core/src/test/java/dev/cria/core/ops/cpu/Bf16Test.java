package dev.cria.core.ops.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cria.core.ops.Precision;
import dev.cria.core.ops.cpu.Twins.Twin;
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
        assumeTrue(twins.fast.describe().contains("bfloat16"), "this CPU has no AMX, bf16 falls back to fp32");
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
            twins.fast.linearBackwardWeight(weight.fast(), y.fast(), x.fast());
            twins.reference.linearBackwardWeight(weight.reference(), y.reference(), x.reference());
            twins.assertSame("dWeight of " + rows, weight, ROUNDING);
        }
    }

    @Test
    void crossEntropy() {
        int[] targets = twins.indices(1300, 2500);
        Twin hidden = twins.random(1300, 48);
        Twin weight = twins.random(2500, 48);
        Twin dHidden = twins.garbage(1300, 48);
        Twin dWeight = twins.random(2500, 48);
        double loss = twins.fast.linearCrossEntropy(
                dHidden.fast(), dWeight.fast(), hidden.fast(), weight.fast(), targets, 1, twins.fastArena);
        double expected = twins.reference.linearCrossEntropy(
                dHidden.reference(),
                dWeight.reference(),
                hidden.reference(),
                weight.reference(),
                targets,
                1,
                twins.referenceArena);
        assertThat(loss).isCloseTo(expected, within(1e-3 * expected));
        twins.assertSame("dHidden", dHidden, ROUNDING);
        twins.assertSame("dWeight", dWeight, ROUNDING);
    }
}
