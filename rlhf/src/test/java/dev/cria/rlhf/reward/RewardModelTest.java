package dev.cria.rlhf.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cria.core.Engine;
import dev.cria.core.autograd.Parameter;
import dev.cria.core.autograd.Tape;
import dev.cria.model.LlamaConfig;
import dev.cria.model.ScalarModel;
import dev.cria.rlhf.Comparisons;
import dev.cria.rlhf.preference.EncodedPair;
import dev.cria.rlhf.preference.Preference;
import dev.cria.rlhf.preference.PreferenceBatch;
import dev.cria.tokenizer.ByteTokenizer;
import dev.cria.tokenizer.ChatFormat;
import dev.cria.tokenizer.ChatMessage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RewardModelTest {
    private static final ChatFormat FORMAT = ChatFormat.llama2(new ByteTokenizer());
    // Larger weights than usual, so that scores and gradients are not all near 0.
    private static final LlamaConfig SIZES =
            new LlamaConfig(258, 48, 96, 3, 4, 2, 0, 256, 1e-5, 10000, true, 0.3, 256, 257);

    // Single precision through three layers of large weights: up to 1.2e-5 on a CPU with AVX2, where a batch and one
    // answer are summed by other kernels.
    private static final double ROUNDING = 5e-5;

    private final Engine engine = Engine.create();
    private final RewardModel model =
            new RewardModel(ScalarModel.random(engine, SIZES, 1), new ByteTokenizer(), FORMAT);
    private final List<Preference> preferences = Comparisons.kind(40, "x");

    @AfterEach
    void close() {
        model.close();
        engine.close();
    }

    private double alone(List<ChatMessage> prompt, String answer) {
        return model.scores(List.of(prompt), List.of(answer))[0];
    }

    @Test
    void aScoreIsTheSameAloneInAnyBatchAndInAnyOrder() {
        List<ScoredPair> scored = model.score(preferences);
        List<Preference> reversed = new ArrayList<>(preferences);
        Collections.reverse(reversed);
        List<ScoredPair> backwards = model.score(reversed);
        for (int i = 0; i < scored.size(); i++) {
            ScoredPair pair = scored.get(i);
            ScoredPair again = backwards.get(scored.size() - 1 - i);
            assertThat(again.chosen()).isCloseTo(pair.chosen(), within(ROUNDING));
            assertThat(again.rejected()).isCloseTo(pair.rejected(), within(ROUNDING));
            Preference p = pair.preference();
            assertThat(alone(p.prompt(), p.chosen())).isCloseTo(pair.chosen(), within(ROUNDING));
            assertThat(alone(p.prompt(), p.rejected())).isCloseTo(pair.rejected(), within(ROUNDING));
        }
        assertThat(scored.stream().mapToDouble(ScoredPair::chosen).distinct()).hasSizeGreaterThan(30);
    }

    @Test
    void sharingThePromptChangesNeitherLossNorGradients() {
        List<EncodedPair> pairs =
                preferences.stream().map(p -> EncodedPair.of(p, FORMAT)).toList();
        Map<String, float[]> shared = gradients(PreferenceBatch.of(pairs));
        Map<String, float[]> unshared = gradients(PreferenceBatch.unshared(pairs));
        shared.forEach((name, gradient) -> {
            float[] expected = unshared.get(name);
            double scale = 0;
            double difference = 0;
            for (int i = 0; i < gradient.length; i++) {
                scale = Math.max(scale, Math.abs(expected[i]));
                difference = Math.max(difference, Math.abs(expected[i] - gradient[i]));
            }
            assertThat(difference).as(name).isLessThan(2e-5 * scale); // single precision, sums in another order
        });
    }

    private Map<String, float[]> gradients(PreferenceBatch batch) {
        Map<String, float[]> gradients = new TreeMap<>();
        engine.ops().fill(model.model().parameters().gradients(), 0);
        try (Tape tape = engine.recording()) {
            tape.backward(new RewardObjective(model.model(), Margin.LARGE, 1, 0.01)
                    .loss(tape, batch)
                    .value());
            for (Parameter parameter : model.model().parameters().all()) {
                gradients.put(parameter.name(), tape.read(parameter.gradient()));
            }
        }
        return gradients;
    }

    @Test
    void comparisonsThatCannotBeScoredAreLeftOut() {
        List<ChatMessage> prompt = List.of(ChatMessage.user("Hi"));
        Preference tooLong = new Preference(prompt, "a".repeat(300), "no", null, null, "x");
        Preference sameTokens = new Preference(prompt, "yes", "yes\u00a0", null, null, "x");
        List<ScoredPair> scored = model.scoreFitting(List.of(tooLong, preferences.get(0), sameTokens));
        assertThat(scored).extracting(ScoredPair::preference).containsExactly(preferences.get(0));
        assertThat(model.canScore(prompt, "no")).isTrue();
        assertThat(model.canScore(prompt, "a".repeat(300))).isFalse();
    }

    @Test
    void aDialogueLongerThanTheModelsPositionsIsRefused() {
        assertThatThrownBy(() -> alone(List.of(ChatMessage.user("Hi")), "a".repeat(300)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("longer than the model's 256 positions");
    }
}
