package dev.cria.core.autograd;

import static dev.cria.core.autograd.Weights.gradient;
import static dev.cria.core.autograd.Weights.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.cria.core.Engine;
import dev.cria.core.ops.RotaryTable;
import dev.cria.core.ops.Segments;
import dev.cria.core.ops.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
        clear();
        for (int i = 0; i < 2; i++) {
            try (Tape tape = engine.recording()) {
                tape.backward(loss(tape, true));
            }
        }
        double[] twice = gradients();
        clear();
        try (Tape tape = engine.tape(Tape.Mode.RECORDING, 2)) {
            tape.backward(loss(tape, true));
        }

        assertClose(twice, gradients());
    }

    @Test
    void aLentGradientIsNotToBeRead() {
        clear();
        try (Tape tape = engine.recording()) {
            Scalar loss = loss(tape, true);
            assertThatIllegalStateException()
                    .isThrownBy(() -> weights.get("q1").gradient())
                    .withMessageContaining("the gradient of q1 is in use");
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

    @Test
    void ofTwoTapesOverTheSameWeightsTheFirstGoesBackFirst() {
        clear();
        try (Tape first = engine.recording();
                Tape second = engine.recording()) {
            Scalar one = loss(first, true);
            Scalar two = loss(second, true);
            first.backward(one);
            second.backward(two);
        }
        double[] inOrder = gradients();
        clear();
        for (int i = 0; i < 2; i++) {
            try (Tape tape = engine.recording()) {
                tape.backward(loss(tape, true));
            }
        }
        assertClose(inOrder, gradients());

        clear();
        try (Tape first = engine.recording();
                Tape second = engine.recording()) {
            loss(first, true);
            Scalar two = loss(second, true);
            assertThatIllegalStateException()
                    .isThrownBy(() -> second.backward(two))
                    .withMessageContaining("the first goes back first");
        }
    }

    @Test
    void aWeightOfTwoBlocksIsRefusedOnTheWayBack() {
        clear();
        List<Parameter> shared = List.of(weights.get("o0"));
        try (Tape tape = engine.recording()) {
            Tensor x = tape.embedding(weights.get("head"), TOKENS);
            for (int i = 0; i < 2; i++) {
                x = tape.block(x, shared, (t, h) -> t.linear(h, weights.get("o0")));
            }
            Scalar loss = tape.linearCrossEntropy(x, weights.get("head"), TARGETS);
            assertThatIllegalStateException()
                    .isThrownBy(() -> tape.backward(loss))
                    .withMessageContaining("a block's weights belong to it alone");
        }
    }
}
