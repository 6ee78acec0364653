package dev.cria.core.autograd;

import static dev.cria.core.autograd.Weights.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.cria.core.Engine;
import dev.cria.core.ops.Tensor;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

/** The small vectors of ranking and policy losses: values by hand, gradients against central differences in double. */
class VectorOpsTest {
    private static final long SEED = 1105;
    private static final int N = 9;
    private static final int[] ROWS = {0, 1, 2, 3, 4, 5, 6, 7, 8};
    private static final double TOLERANCE = 1e-6; // of a gradient, measured: 1e-8 and less

    private final Engine engine = Engine.reference(DataType.DOUBLE);

    @AfterEach
    void close() {
        engine.close();
    }

    /** Checks a loss over the scores a and b [9] of two scalar heads. */
    private void check(Loss loss) {
        try (Weights w = new Weights(
                engine, SEED, spec("x", N, 6), spec("first", 1, 6), spec("second", 1, 6), spec("lm", 5, 6))) {
            GradientCheck.Worst worst = new GradientCheck(engine.ops(), engine.arena(), 54, SEED)
                    .of(w.all().all(), tape -> {
                        Tensor x = tape.embedding(w.get("x"), ROWS);
                        return loss.of(tape, tape.scalarHead(x, w.get("first")), tape.scalarHead(x, w.get("second")));
                    });
            assertThat(worst.error()).as("%s, seed %d", worst, SEED).isLessThan(TOLERANCE);
        }
    }

    @FunctionalInterface
    private interface Loss {
        Scalar of(Tape tape, Tensor a, Tensor b);
    }

    /** Checks an operation by the mean of its squares, so that the gradient that comes back differs by element. */
    private void checkOperation(BiFunction<Tape, Tensor[], Tensor> operation) {
        check((tape, a, b) -> tape.mean(tape.square(operation.apply(tape, new Tensor[] {a, b}))));
    }

    @Test
    void differencesProductsAndSums() {
        checkOperation((tape, v) -> tape.sub(v[0], v[1]));
        checkOperation((tape, v) -> tape.mul(v[0], v[1]));
        checkOperation((tape, v) -> tape.mul(v[0], v[0]));
        checkOperation((tape, v) -> tape.add(v[0], tape.scale(v[1], -2.5)));
    }

    @Test
    void functionsOfOneVector() {
        checkOperation((tape, v) -> tape.exp(v[0]));
        checkOperation((tape, v) -> tape.negate(tape.logSigmoid(v[0])));
        checkOperation((tape, v) -> tape.square(v[0]));
    }

    @Test
    void boundsAndExtremes() {
        checkOperation((tape, v) -> tape.clamp(v[0], -0.21, 0.17));
        checkOperation((tape, v) -> tape.min(v[0], v[1]));
        checkOperation((tape, v) -> tape.max(v[0], v[1]));
    }

    @Test
    void gatheredElementsEvenRepeatedOnes() {
        checkOperation((tape, v) -> tape.gather(v[0], 3, 0, 3, 8, 3));
    }

    @Test
    void sumsByGroupEvenOfGroupsWithoutElements() {
        checkOperation((tape, v) -> tape.sumBy(v[0], new int[] {0, 2, 2, 0, 4, 2, 1, 0, 4}, 5));
        try (Tape tape = engine.inference()) {
            Tensor sums = tape.sumBy(tape.constant(1, 2, 4, 8), new int[] {2, 0, 2, 0}, 3);
            assertThat(tape.read(sums)).containsExactly(10, 0, 5);
        }
    }

    @Test
    void aFunctionOfOnesOwn() {
        checkOperation((tape, v) -> tape.map(v[0], Math::sin, Math::cos));
    }

    @Test
    void sumsWithConstants() {
        float[] weights = {0, 1, -2, 0.5f, 3, 1, 1, 0, -1};
        check((tape, a, b) -> tape.negate(tape.add(
                tape.sum(tape.mul(tape.mul(a, tape.constant(weights)), b)),
                tape.sum(tape.add(b, tape.constant(weights))))));
    }

    @Test
    void theClippedObjectiveOfPolicies() {
        float[] old = {0.1f, 0, -0.2f, 0.3f, 0, 0.2f, -0.1f, 0, 0.1f};
        float[] advantages = {1, -1, 0.5f, 2, -0.3f, 0.7f, -2, 1, 0.1f};
        check((tape, a, b) -> {
            Tensor ratio = tape.exp(tape.sub(a, tape.constant(old)));
            Tensor gain = tape.constant(advantages);
            return tape.negate(
                    tape.mean(tape.min(tape.mul(ratio, gain), tape.mul(tape.clamp(ratio, 0.83, 1.21), gain))));
        });
    }

    @Test
    void logProbsThroughVectorOperations() {
        int[] targets = {0, 4, 2, 2, 1, 3, 0, 1, 4};
        try (Weights w = new Weights(engine, SEED, spec("x", N, 6), spec("lm", 5, 6))) {
            GradientCheck.Worst worst = new GradientCheck(engine.ops(), engine.arena(), 54, SEED)
                    .of(
                            w.all().all(),
                            tape -> tape.mean(tape.square(tape.exp(
                                    tape.tokenLogProbs(tape.embedding(w.get("x"), ROWS), w.get("lm"), targets)))));
            assertThat(worst.error()).as("%s, seed %d", worst, SEED).isLessThan(TOLERANCE);
        }
    }

    @Test
    void logSumExpAndAnotherShape() {
        try (Weights w = new Weights(engine, SEED, spec("x", N, 6))) {
            GradientCheck.Worst worst = new GradientCheck(engine.ops(), engine.arena(), 54, SEED)
                    .of(w.all().all(), tape -> {
                        Tensor x = tape.embedding(w.get("x"), ROWS);
                        return tape.mean(tape.square(tape.logSumExp(tape.reshape(x, 2 * N, 3))));
                    });
            assertThat(worst.error()).as("%s, seed %d", worst, SEED).isLessThan(TOLERANCE);
        }
    }

    @Test
    void singlePrecisionIsRefused() {
        try (Engine single = Engine.reference(DataType.FLOAT)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new GradientCheck(single.ops(), single.arena(), 1, SEED))
                    .withMessageContaining("Engine.reference(DataType.DOUBLE)");
        }
    }

    @Test
    void viewsThatWouldLoseGradientsAreRefused() {
        try (Tape tape = engine.recording()) {
            Tensor x = tape.constant(1, 2, 3, 4);
            tape.watch(x);
            Tensor y = tape.square(x);
            assertThatIllegalStateException()
                    .isThrownBy(() ->
                            tape.backward(tape.mean(tape.square(y.reshape(2, 2).slice(1, 2)))))
                    .withMessageContaining("Tensor[1, 2], a view of Tensor[4]")
                    .withMessageContaining("Tape.reshape");
        }
    }

    @Test
    void logSigmoidNeitherOverflowsNorVanishes() {
        try (Tape tape = engine.inference()) {
            float[] x = {-1000, -50, 0, 50, 1000};
            double[] expected = {-1000, -50, -Math.log(2), -Math.exp(-50), 0};
            double[] y = tape.logSigmoid(tape.constant(x)).array().toDoubleVector();
            for (int i = 0; i < x.length; i++) {
                assertThat(y[i]).isCloseTo(expected[i], within(1e-12 * Math.abs(expected[i])));
            }
        }
    }

    @Test
    void equalArgumentsOfAMinimumShareItsGradient() {
        try (Tape tape = engine.recording()) {
            Tensor a = tape.constant(1, 2, 3);
            Tensor b = tape.constant(1, 3, 2);
            tape.watch(a);
            tape.watch(b);
            tape.backward(tape.sum(tape.min(a, b)));
            assertThat(tape.read(tape.gradient(a))).containsExactly(0.5f, 1, 0);
            assertThat(tape.read(tape.gradient(b))).containsExactly(0.5f, 0, 1);
        }
    }

    @Test
    void whatCannotBeComputedIsRefused() {
        try (Tape tape = engine.inference()) {
            Tensor three = tape.constant(1, 2, 3);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> tape.sub(three, tape.constant(1, 2)))
                    .withMessageContaining("equally many");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> tape.mean(engine.arena().allocate(0)))
                    .withMessageContaining("no elements");
        }
    }
}
