package dev.cria.rlhf.ppo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cria.core.Engine;
import dev.cria.core.autograd.Scalar;
import dev.cria.core.autograd.Tape;
import dev.cria.core.ops.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.nd4j.linalg.api.buffer.DataType;

/** The numbers of a PPO iteration against PyTorch, and against plain loops from the definitions. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PpoMathTest {
    private static final int VERSION = 1;
    private static final double EXACT = 1e-12; // double against double
    private static final double SINGLE = 1e-5; // single precision against double, the bound asked for

    private JsonNode fixture;

    @BeforeAll
    void readFixture() throws IOException {
        try (InputStream in = PpoMathTest.class.getResourceAsStream("ppo.json")) {
            fixture = new ObjectMapper().readTree(in);
        }
        assertThat(fixture.path("version").asInt())
                .as("the fixture's version; run make_fixtures.py again")
                .isEqualTo(VERSION);
    }

    // ---- Against PyTorch

    @Test
    void rewardsAdvantagesReturnsAndWhiteningEqualPyTorch() {
        double[] scores = doubles(fixture.path("scores"));
        Whitening whitening = Whitening.of(scores, setting("floor"));
        List<double[]> advantages = new ArrayList<>();
        for (int i = 0; i < scores.length; i++) {
            double score = whitening.apply(scores[i]);
            assertThat(score).isCloseTo(expected("whiteScores").get(i).asDouble(), within(EXACT));
            float[] old = floats(input("old").get(i));
            float[] reference = floats(input("reference").get(i));
            assertThat(TokenRewards.divergence(old, reference))
                    .isCloseTo(expected("divergence").get(i).asDouble(), within(SINGLE));
            double[] rewards = TokenRewards.of(old, reference, setting("beta"), score);
            assertThat(rewards).containsExactly(doubles(expected("rewards").get(i)), within(SINGLE));
            Advantages computed =
                    Advantages.of(rewards, floats(input("oldValues").get(i)), setting("gamma"), setting("lambda_"));
            assertThat(computed.advantages())
                    .containsExactly(doubles(expected("advantages").get(i)), within(SINGLE));
            assertThat(computed.returns())
                    .containsExactly(doubles(expected("returns").get(i)), within(SINGLE));
            advantages.add(computed.advantages());
        }
        Whitening white = Whitening.of(flat(advantages), setting("floor"));
        assertThat(Arrays.stream(flat(advantages)).map(white::apply).toArray())
                .containsExactly(flat(expected("whiteAdvantages")), within(SINGLE));
    }

    @Test
    void thePolicysLossAndGradientEqualPyTorch() {
        float[] old = toFloats(flat(input("old")));
        float[] advantages = toFloats(flat(expected("whiteAdvantages")));
        checkLoss(
                "new",
                "policyLoss",
                "policyGradient",
                (tape, logProbs) -> PpoLosses.policy(tape, logProbs, old, advantages, setting("clip")));
    }

    @Test
    void theValueModelsLossAndGradientEqualPyTorch() {
        float[] old = toFloats(flat(input("oldValues")));
        float[] returns = toFloats(flat(expected("returns")));
        checkLoss(
                "values",
                "valueLoss",
                "valueGradient",
                (tape, values) -> PpoLosses.value(tape, values, old, returns, setting("valueClip")));
    }

    private void checkLoss(String input, String loss, String gradient, BiFunction<Tape, Tensor, Scalar> objective) {
        try (Engine engine = Engine.reference(DataType.FLOAT);
                Tape tape = engine.recording()) {
            Tensor variable = tape.constant(toFloats(flat(input(input))));
            tape.watch(variable);
            Scalar value = objective.apply(tape, variable);
            assertThat(value.value()).isCloseTo(expected(loss).asDouble(), within(SINGLE));
            tape.backward(value);
            double[] computed = toDoubles(tape.read(tape.gradient(variable)));
            assertThat(computed).containsExactly(flat(expected(gradient)), within(SINGLE));
        }
    }

    // ---- Against the definitions

    @Test
    void advantagesAreTheSumsThatTheirDefinitionWrites() {
        long seed = 5;
        Random random = new Random(seed);
        for (int n = 1; n <= 12; n++) {
            double[] rewards = random.doubles(n, -1, 1).toArray();
            float[] values = toFloats(random.doubles(n, -1, 1).toArray());
            double gamma = 0.9;
            double lambda = 0.7;
            Advantages computed = Advantages.of(rewards, values, gamma, lambda);
            for (int t = 0; t < n; t++) {
                double sum = 0; // over l of (gamma lambda)^l delta[t + l]
                for (int l = 0; t + l < n; l++) {
                    double next = t + l + 1 < n ? values[t + l + 1] : 0;
                    sum += Math.pow(gamma * lambda, l) * (rewards[t + l] + gamma * next - values[t + l]);
                }
                assertThat(computed.advantages()[t])
                        .as("seed %d, n %d, t %d", seed, n, t)
                        .isCloseTo(sum, within(1e-9));
                assertThat(computed.returns()[t]).isCloseTo(sum + values[t], within(1e-9));
            }
        }
    }

    @Test
    void withLambdaOneReturnsAreTheDiscountedRewardsStillToCome() {
        double[] rewards = {0.5, -1, 2};
        double[] returns =
                Advantages.of(rewards, new float[] {3, -4, 5}, 0.5, 1).returns();
        assertThat(returns).containsExactly(new double[] {0.5 - 0.5 + 0.5, -1 + 1, 2}, within(EXACT));
    }

    @Test
    void tokenRewardsSumToTheScoreLessThePenaltyAndTheScoreIsAtTheEnd() {
        float[] policy = {-1, -2, -3};
        float[] reference = {-1.5f, -1, -3};
        double[] rewards = TokenRewards.of(policy, reference, 0.1, 7);
        assertThat(rewards).containsExactly(new double[] {-0.05, 0.1, 7}, within(EXACT));
        assertThat(Arrays.stream(rewards).sum())
                .isCloseTo(7 - 0.1 * TokenRewards.divergence(policy, reference), within(EXACT));
        assertThatThrownBy(() -> TokenRewards.of(new float[0], new float[0], 0.1, 1))
                .hasMessageContaining("at least one token");
    }

    @Test
    void whiteningOfEqualScoresOrOfOneGivesZero() {
        assertThat(Whitening.of(new double[] {4, 4, 4}, 1e-3).apply(4)).isZero();
        assertThat(Whitening.of(new double[] {4}, 1e-3).apply(4)).isZero();
        assertThat(Whitening.of(new double[] {4, 4 + 1e-9}, 1e-3).apply(4 + 1e-9))
                .isLessThan(1e-5);
        assertThat(Whitening.of(new double[0], 1e-3).apply(4)).isEqualTo(4);
        Whitening whitening = Whitening.of(new double[] {1, 3}, 1e-3);
        assertThat(whitening.apply(1)).isEqualTo(-1);
        assertThat(whitening.apply(3)).isEqualTo(1);
    }

    @Test
    void anAdaptivePenaltyFollowsTheDivergence() {
        KlConfig adaptive = new KlConfig(0.1, 6, 1000);
        assertThat(adaptive.next(0.1, 6, 500)).isEqualTo(0.1);
        assertThat(adaptive.next(0.1, 60, 500)).isCloseTo(0.11, within(EXACT)); // the error is clipped at 0.2
        assertThat(adaptive.next(0.1, 0, 500)).isCloseTo(0.09, within(EXACT));
        assertThat(KlConfig.defaults().next(0.01, 60, 500)).isEqualTo(0.01);
    }

    // ---- The fixture

    private double setting(String name) {
        return fixture.path("settings").path(name).asDouble();
    }

    private JsonNode input(String name) {
        return fixture.path("inputs").path(name);
    }

    private JsonNode expected(String name) {
        return fixture.path("expected").path(name);
    }

    private static double[] doubles(JsonNode array) {
        double[] values = new double[array.size()];
        Arrays.setAll(values, i -> array.get(i).asDouble());
        return values;
    }

    private static float[] floats(JsonNode array) {
        return toFloats(doubles(array));
    }

    private static double[] flat(JsonNode rows) {
        List<double[]> arrays = new ArrayList<>();
        rows.forEach(row -> arrays.add(doubles(row)));
        return flat(arrays);
    }

    private static double[] flat(List<double[]> rows) {
        return rows.stream().flatMapToDouble(Arrays::stream).toArray();
    }

    private static float[] toFloats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    private static double[] toDoubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }
}
