package dev.cria.core.autograd;

import static dev.cria.core.autograd.Weights.gradient;
import static dev.cria.core.autograd.Weights.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.cria.core.Engine;
import dev.cria.core.ops.RotaryTable;
import dev.cria.core.ops.Segments;
import dev.cria.core.ops.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

/** Activations that later blocks keep in the gradients of earlier blocks' weights, while these count as zero. */
class LentGradientsTest {
    private static final long SEED = 11;
    private static final int LAYERS = 4;
    private static final int WIDTH = 8;
    private static final int FFN = 9; // rows and columns whose weights are padded
    private static final int VOCAB = 7;
    private static final Segments SEGMENTS = Segments.ofLengths(3, 2);
    private static final List<String> MATRICES = List.of("q", "k", "o", "gate", "up", "down");
    private static final int[] TOKENS = {0, 1, 2, 3, 4};
    private static final int[] TARGETS = {1, 0, 6, 2, 5};
    private static final double ROUNDING = 1e-12; // double, sums in another order
    private static final RotaryTable ROPE = new RotaryTable(4, 10000, 16);

    private final Engine engine = Engine.reference(DataType.DOUBLE);
    private final Weights weights = new Weights(engine, SEED, specs());

    private static Parameters.Spec[] specs() {
        List<Parameters.Spec> specs = new ArrayList<>(List.of(spec("head", VOCAB, WIDTH)));
        for (int layer = 0; layer < LAYERS; layer++) {
            for (String name : MATRICES) {
                boolean intoFfn = name.equals("gate") || name.equals("up");
                specs.add(spec(name + layer, intoFfn ? FFN : WIDTH, name.equals("down") ? FFN : WIDTH));
            }
            specs.add(spec("gain" + layer, WIDTH));
        }
        return specs.toArray(Parameters.Spec[]::new);
    }

    @AfterEach
    void close() {
        weights.close();
        engine.close();
    }

    private List<Parameter> matrices(int layer) {
        return MATRICES.stream().map(name -> weights.get(name + layer)).toList();
    }

    /** Every operation of a Llama's block. */
    private Tensor block(Tape tape, Tensor x, int layer) {
        Parameter gain = weights.get("gain" + layer);
        List<Tensor> qk = tape.normLinear(x, gain, 1e-5, weights.get("q" + layer), weights.get("k" + layer));
        Tensor q = tape.rotaryInPlace(qk.get(0), ROPE, SEGMENTS.positions());
        Tensor a = tape.causalAttention(q, qk.get(1), x, 4, SEGMENTS);
        Tensor y = tape.linearAdd(x, a, weights.get("o" + layer));
        List<Tensor> gateAndUp = tape.normLinear(y, gain, 1e-5, weights.get("gate" + layer), weights.get("up" + layer));
        return tape.swiGluLinearAdd(y, gateAndUp.get(0), gateAndUp.get(1), weights.get("down" + layer));
    }

    private Scalar loss(Tape tape, boolean lending) {
        Tensor x = tape.embedding(weights.get("head"), TOKENS);
        for (int i = 0; i < LAYERS; i++) {
            int layer = i;
            x = tape.block(x, lending ? matrices(layer) : List.of(), (t, h) -> block(t, h, layer));
        }
        return tape.linearCrossEntropy(x, weights.get("head"), TARGETS);
    }

    private void clear() {
        weights.all().clearGradients(engine.ops());
    }

    /** All gradients with the padding between them, which optimizers read too. */
    private double[] gradients() {
        return weights.all().gradients().array().dup().toDoubleVector();
    }

    private static void assertClose(double[] actual, double[] expected) {
        assertThat(actual).containsExactly(expected, within(ROUNDING));
    }

    @ParameterizedTest
    @CsvSource({"RECORDING, 0.75", "CHECKPOINTING, 0.9"})
    void theArenaIsSmallerAndTheGradientsAreTheSame(Tape.Mode mode, double share) {
        double[][] gradients = new double[2][];
        long[] peaks = new long[2];
        for (boolean lending : new boolean[] {true, false}) { // the smaller first: an arena's peak only grows
            int i = lending ? 1 : 0;
            clear();
            try (Tape tape = engine.tape(mode, 0.5)) {
                tape.backward(loss(tape, lending));
            }
            gradients[i] = gradients();
            peaks[i] = engine.arena().peak();
        }

        assertThat(gradients[1]).isEqualTo(gradients[0]);
        assertThat((double) peaks[1] / peaks[0]).as("peak of the arena").isLessThan(share);
    }

    @Test
    void gradientsThatHoldSumsAreNotLent() {
        double[] twice = oneAfterTheOther();
        clear();
        try (Tape tape = engine.tape(Tape.Mode.RECORDING, 2)) {
            tape.backward(loss(tape, true));
        }

        assertClose(twice, gradients());
    }

    /** Gradients of two losses, each gone back from before the next is computed. */
    private double[] oneAfterTheOther() {
        clear();
        for (int i = 0; i < 2; i++) {
            try (Tape tape = engine.recording()) {
                tape.backward(loss(tape, true));
            }
        }
        return gradients();
    }

    @Test
    void aLentGradientIsNotToBeRead() {
        clear();
        try (Tape tape = engine.recording()) {
            Scalar loss = loss(tape, true);
            assertThatIllegalStateException()
                    .isThrownBy(() -> weights.get("q1").gradient())
                    .withMessageContaining("the gradient of q1 is not there yet");
            assertThatIllegalStateException().isThrownBy(() -> weights.all().gradients());
            tape.backward(loss);
            assertThat(gradient(weights.get("q1"))).isNotEqualTo(new double[WIDTH * WIDTH]);
        }
    }

    @Test
    void aTapeThatIsClosedWithoutGoingBackLeavesZeros() {
        clear();
        try (Tape tape = engine.recording()) {
            loss(tape, true);
        }

        assertThat(gradient(weights.get("down0"))).containsOnly(0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void tapesOverTheSameWeightsGoBackInAnyOrder(boolean secondFirst) {
        double[] expected = oneAfterTheOther();
        clear();
        try (Tape first = engine.recording();
                Tape second = engine.recording()) {
            Scalar one = loss(first, true);
            Scalar two = loss(second, true);
            if (secondFirst) {
                second.backward(two);
                first.backward(one);
            } else {
                first.backward(one);
                second.backward(two);
            }
        }

        assertClose(gradients(), expected);
    }

    @Test
    void aTapeMayHaveTwoLossesOfTheSameWeights() {
        double[] expected = oneAfterTheOther();
        clear();
        try (Tape tape = engine.recording()) {
            tape.backward(tape.add(loss(tape, true), loss(tape, true)));
        }

        assertClose(gradients(), expected);
    }

    @ParameterizedTest
    @EnumSource(
            value = Tape.Mode.class,
            names = {"RECORDING", "CHECKPOINTING"})
    void blocksMayShareWeightsAndLieInOneAnother(Tape.Mode mode) {
        assertClose(sharedAndNested(mode, true), sharedAndNested(mode, false));
    }

    private double[] sharedAndNested(Tape.Mode mode, boolean lending) {
        clear();
        try (Tape tape = engine.tape(mode, 1)) {
            Tensor x = tape.embedding(weights.get("head"), TOKENS);
            for (int i = 0; i < 3; i++) {
                x = tape.block(x, lent(lending, 0, 1), (t, h) -> {
                    Tensor inner = t.block(h, lent(lending, 0), (u, g) -> block(u, g, 0));
                    return block(t, inner, 1);
                });
            }
            tape.backward(tape.linearCrossEntropy(x, weights.get("head"), TARGETS));
        }
        return gradients();
    }

    private List<Parameter> lent(boolean lending, int... layers) {
        return lending
                ? IntStream.of(layers)
                        .boxed()
                        .flatMap(layer -> matrices(layer).stream())
                        .toList()
                : List.of();
    }

    @Test
    void gateAndUpMayBeSumsAndViews() {
        assertClose(otherGates(true), otherGates(false));
    }

    private double[] otherGates(boolean lending) {
        clear();
        try (Tape tape = engine.recording()) {
            Tensor x = tape.embedding(weights.get("head"), TOKENS);
            for (int i = 0; i < LAYERS; i++) {
                int layer = i;
                List<Parameter> used = List.of(weights.get("q" + layer), weights.get("k" + layer));
                x = tape.block(x, lending ? used : List.of(), (t, h) -> {
                    Tensor z = t.rmsNorm(h, weights.get("gain" + layer), 1e-5);
                    Tensor gate = t.add(h, z);
                    Tensor up = t.reshape(t.linear(z, used.get(0)), TOKENS.length, WIDTH);
                    return t.swiGluLinearAdd(z, gate, up, used.get(1));
                });
            }
            tape.backward(tape.linearCrossEntropy(x, weights.get("head"), TARGETS));
        }
        return gradients();
    }

    @Test
    void whatIsComputedAfterTheWayBackLeavesGradientsAlone() {
        clear();
        try (Tape tape = engine.recording()) {
            tape.backward(loss(tape, true));
            double[] before = gradients();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> tape.block(tape.constant(1), List.of(), (t, h) -> {
                        throw new IllegalArgumentException("a block that fails");
                    }));
            tape.block(tape.embedding(weights.get("head"), TOKENS), List.of(), (t, h) -> block(t, h, 0));
            assertThat(gradients()).isEqualTo(before);
            clear();
            loss(tape, true);
            assertThat(gradient(weights.get("down0"))).containsOnly(0);
        }
    }
}
