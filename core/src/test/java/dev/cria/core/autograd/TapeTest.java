package dev.cria.core.autograd;

import static dev.cria.core.autograd.Weights.gradient;
import static dev.cria.core.autograd.Weights.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.cria.core.Engine;
import dev.cria.core.ops.Arena;
import dev.cria.core.ops.RotaryTable;
import dev.cria.core.ops.Segments;
import dev.cria.core.ops.Tensor;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

/** What the tape does beyond single operations: modes, loss gradients, frozen weights, memory. */
class TapeTest {
    private static final long SEED = 5;
    private static final int TOKENS = 9;
    private static final int WIDTH = 8;
    private static final int VOCAB = 7;
    private static final int[] ROWS = IntStream.range(0, TOKENS).toArray();
    private static final int[] TARGETS = {1, 0, 6, 2, 2, 5, 4, 3, 1};
    private static final double ROUNDING = 1e-12; // double, sums of a few dozen products

    private final Engine engine = Engine.reference(DataType.DOUBLE);
    private Weights weights;

    @BeforeEach
    void open() {
        weights = new Weights(
                engine,
                SEED,
                spec("x", TOKENS, WIDTH),
                spec("w", WIDTH, WIDTH),
                spec("gain", WIDTH),
                spec("head", VOCAB, WIDTH),
                spec("frozen", WIDTH, WIDTH));
    }

    @AfterEach
    void close() {
        weights.close();
        engine.close();
    }

    private Tensor body(Tape tape) {
        Tensor x = tape.embedding(weights.get("x"), ROWS);
        Tensor y = tape.block(
                x, List.of(), (t, h) -> t.linearAdd(h, t.rmsNorm(h, weights.get("gain"), 1e-5), weights.get("w")));
        return tape.block(y, List.of(), (t, h) -> {
            List<Tensor> gateAndUp =
                    t.normLinear(h, weights.get("gain"), 1e-5, weights.get("w"), weights.get("frozen"));
            return t.swiGluLinearAdd(h, gateAndUp.get(0), gateAndUp.get(1), weights.get("frozen"));
        });
    }

    private Scalar loss(Tape tape, Tensor hidden) {
        return tape.linearCrossEntropy(hidden, weights.get("head"), TARGETS);
    }

    private double[][] gradients() {
        double[][] copy = {
            gradient(weights.get("x")),
            gradient(weights.get("w")),
            gradient(weights.get("gain")),
            gradient(weights.get("head"))
        };
        engine.ops().fill(weights.all().gradients(), 0);
        return copy;
    }

    private double[][] gradients(Tape.Mode mode, double lossGradient) {
        try (Tape tape = engine.tape(mode, lossGradient)) {
            tape.backward(loss(tape, body(tape)));
        }
        return gradients();
    }

    @Test
    void checkpointingChangesNoBitOfTheGradients() {
        assertThat(gradients(Tape.Mode.CHECKPOINTING, 0.5)).isDeepEqualTo(gradients(Tape.Mode.RECORDING, 0.5));
    }

    @Test
    void inferenceComputesTheSameLossAndRefusesToGoBack() {
        try (Tape recording = engine.recording();
                Tape inference = engine.inference()) {
            Scalar loss = loss(inference, body(inference));
            assertThat(loss.value()).isEqualTo(loss(recording, body(recording)).value());
            assertThatIllegalStateException()
                    .isThrownBy(() -> inference.backward(loss))
                    .withMessageContaining("inference");
        }
    }

    @Test
    void theLossGradientScalesAllGradients() {
        close(gradients(Tape.Mode.RECORDING, -2.5), scaled(gradients(Tape.Mode.RECORDING, 1), -2.5));
    }

    @Test
    void aScaledSumOfLossesHasTheSameGradientsAsTheLossesApart() {
        double[][] expected = gradients(Tape.Mode.RECORDING, 2.5);
        try (Tape tape = engine.recording()) {
            Scalar loss = loss(tape, body(tape));
            Scalar sum = tape.add(tape.scale(loss, 2), tape.scale(loss, 0.5));
            assertThat(sum.value()).isEqualTo(2.5 * loss.value(), within(ROUNDING));
            tape.backward(sum);
        }
        close(gradients(), expected);
    }

    @Test
    void aCheckpointedBlockOverALeafStillTrainsItsWeights() {
        double[][] expected = blockOverLeaf(Tape.Mode.RECORDING);
        close(blockOverLeaf(Tape.Mode.CHECKPOINTING), expected);
        assertThat(DoubleStream.of(expected[1]).anyMatch(gradient -> gradient != 0))
                .isTrue();
    }

    private double[][] blockOverLeaf(Tape.Mode mode) {
        try (Tape tape = engine.tape(mode, 1)) {
            Tensor leaf = weights.get("x").value();
            tape.backward(loss(tape, tape.block(leaf, List.of(), (t, h) -> t.linear(h, weights.get("w")))));
        }
        return gradients();
    }

    @Test
    void aTapeGoesBackOnce() {
        try (Tape tape = engine.recording()) {
            Scalar loss = loss(tape, body(tape));
            tape.backward(loss);
            assertThatIllegalStateException()
                    .isThrownBy(() -> tape.backward(loss))
                    .withMessageContaining("once");
        }
        gradients();
    }

    @Test
    void gradientsAddUpOverTapes() {
        double[][] once = gradients(Tape.Mode.RECORDING, 1);
        for (int i = 0; i < 3; i++) {
            try (Tape tape = engine.recording()) {
                tape.backward(loss(tape, body(tape)));
            }
        }
        close(gradients(), scaled(once, 3));
    }

    @Test
    void aLossThatIsNotDifferentiatedLeavesNoGradient() {
        double[][] alone = gradients(Tape.Mode.RECORDING, 0.7);
        try (Tape tape = engine.tape(Tape.Mode.RECORDING, 0.7)) {
            Tensor hidden = body(tape);
            Scalar wanted = loss(tape, hidden);
            tape.linearCrossEntropy(hidden, weights.get("head"), new int[TOKENS]); // computed with gradient 0.7, gets 0
            tape.backward(wanted);
        }
        close(gradients(), alone);
    }

    @Test
    void frozenWeightsGetNoGradientAndPassItOn() {
        assertThat(weights.get("frozen").gradient()).isNull();
        double[][] gradients = gradients(Tape.Mode.RECORDING, 1);
        assertThat(DoubleStream.of(gradients[0])).anyMatch(g -> g != 0); // the table before the frozen layer
    }

    @Test
    void watchedLeavesGetGradients() {
        try (Tape tape = engine.recording()) {
            Tensor leaf = weights.get("x").value();
            tape.watch(leaf);
            tape.backward(loss(tape, tape.linear(leaf, weights.get("w"))));
            Tensor unread = weights.get("w").value();
            double[] watched =
                    tape.gradient(leaf).array().dup().reshape(leaf.length()).toDoubleVector();
            gradients();
            try (Tape again = engine.recording()) {
                again.backward(loss(again, again.linear(again.embedding(weights.get("x"), ROWS), weights.get("w"))));
            }
            assertThat(watched).containsExactly(gradient(weights.get("x")), within(ROUNDING));
            assertThatIllegalStateException()
                    .isThrownBy(() -> tape.gradient(unread))
                    .withMessageContaining("no gradient");
        }
    }

    @Test
    void sharedPrefixesEqualPairsWithTheirPromptsRepeated() {
        // prompt of 4 with answers of 3 and 2: once shared, once written out twice
        int[] shared = {0, 1, 2, 3, 4, 5, 6, 7, 8};
        int[] repeated = {0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 7, 8};
        double[][] once = attention(
                shared,
                Segments.withPrefixes(new int[] {4, 3, 2}, new int[] {Segments.NO_PREFIX, 0, 0}),
                4,
                5,
                6,
                7,
                8);
        double[][] twice = attention(repeated, Segments.ofLengths(7, 6), 4, 5, 6, 11, 12);
        close(once, twice);
    }

    /** Gradients when the loss reads the given rows of an attention over table rows. */
    private double[][] attention(int[] tokens, Segments segments, int... read) {
        try (Tape tape = engine.recording()) {
            Tensor x = tape.embedding(weights.get("x"), tokens);
            Tensor q = tape.rotary(tape.linear(x, weights.get("w")), new RotaryTable(4, 10000, 16), segments);
            Tensor k = tape.rotary(x, new RotaryTable(4, 10000, 16), segments);
            Tensor y = tape.gatherRows(tape.causalAttention(q, k, x, 4, segments), read);
            tape.backward(tape.linearCrossEntropy(y, weights.get("head"), new int[] {1, 2, 3, 4, 5}));
        }
        return gradients();
    }

    @Test
    void logProbsAreTheNegativeLosses() {
        try (Tape tape = engine.inference()) {
            Tensor hidden = body(tape);
            double sum = tape.tokenLogProbs(hidden, weights.get("head"), TARGETS)
                    .array()
                    .sumNumber()
                    .doubleValue();
            assertThat(-sum / TOKENS).isCloseTo(loss(tape, hidden).value(), within(ROUNDING));
        }
    }

    @Test
    void closingATapeGivesItsMemoryBack() {
        gradients(Tape.Mode.RECORDING, 1);
        long capacity = engine.arena().capacity();
        for (int i = 0; i < 5; i++) {
            gradients(Tape.Mode.CHECKPOINTING, 1);
        }
        assertThat(engine.arena().capacity()).isEqualTo(capacity);
        assertThat(engine.arena().mark()).isEqualTo(new Arena.Mark(0, 0));
    }

    @Test
    void aLossWithoutTargetsIsRefused() {
        try (Tape tape = engine.recording()) {
            Tensor hidden = tape.embedding(weights.get("x"), ROWS);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> tape.linearCrossEntropy(hidden, weights.get("head"), new int[0]))
                    .withMessageContaining("at least one target");
        }
    }

    private static double[][] scaled(double[][] values, double factor) {
        for (double[] row : values) {
            for (int i = 0; i < row.length; i++) {
                row[i] *= factor;
            }
        }
        return values;
    }

    private static void close(double[][] actual, double[][] expected) {
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).containsExactly(expected[i], within(ROUNDING));
        }
    }
}
