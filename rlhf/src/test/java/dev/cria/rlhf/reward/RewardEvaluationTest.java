package dev.cria.rlhf.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cria.rlhf.preference.Preference;
import dev.cria.rlhf.preference.Preference.Safety;
import dev.cria.rlhf.preference.Rating;
import dev.cria.tokenizer.ChatMessage;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RewardEvaluationTest {
    private static final List<ScoredPair> PAIRS = List.of(
            pair(Rating.BETTER, Safety.CHOSEN_SAFE, "a", 2, -1),
            pair(Rating.BETTER, Safety.CHOSEN_SAFE, "a", -0.5, -1),
            pair(Rating.NEGLIGIBLY_BETTER, Safety.BOTH_UNSAFE, "b", 0.5, 1),
            pair(Rating.NEGLIGIBLY_BETTER, Safety.BOTH_SAFE, "b", 1, 1),
            pair(null, null, "c", 3, 0));

    private static ScoredPair pair(Rating rating, Safety safety, String source, double chosen, double rejected) {
        return new ScoredPair(
                new Preference(List.of(ChatMessage.user("Hi")), "x", "y", rating, safety, source), chosen, rejected);
    }

    @Test
    void countsByRatingSourceAndSafety() {
        RewardEvaluation evaluation = RewardEvaluation.of(PAIRS);
        assertThat(evaluation.overall()).isEqualTo(new Accuracy(3, 5)); // a tie is no agreement
        assertThat(evaluation.byRating())
                .isEqualTo(Map.of(Rating.BETTER, new Accuracy(2, 2), Rating.NEGLIGIBLY_BETTER, new Accuracy(0, 2)));
        assertThat(evaluation.bySource())
                .isEqualTo(Map.of("a", new Accuracy(2, 2), "b", new Accuracy(0, 2), "c", new Accuracy(1, 1)));
        assertThat(evaluation.bySafety())
                .isEqualTo(Map.of(
                        Safety.CHOSEN_SAFE, new Accuracy(2, 2),
                        Safety.BOTH_SAFE, new Accuracy(0, 1),
                        Safety.BOTH_UNSAFE, new Accuracy(0, 1)));
        // unsafe: -1, -1, 0.5, 1; safe: 2, -0.5, 1, 1
        assertThat(evaluation.unsafeRecall()).isEqualTo(new Accuracy(2, 4));
        assertThat(evaluation.safeRecall()).isEqualTo(new Accuracy(3, 4));
        assertThat(evaluation.text())
                .contains("60.0 % ± 21.9   of 5", "negligibly_better", "from b", "unsafe recall at 0.5");
    }

    @Test
    void histogramsHoldEveryScore() {
        RewardEvaluation evaluation = RewardEvaluation.of(PAIRS);
        assertThat(evaluation.chosenScores()).hasSize(RewardEvaluation.BINS);
        assertThat(Arrays.stream(evaluation.chosenScores()).sum()).isEqualTo(5);
        assertThat(evaluation.rejectedScores()[(int) (RewardEvaluation.BINS * 0.5)])
                .isEqualTo(1); // the score 0
    }

    @Test
    void aModelThatIsRightAsOftenAsItIsSureIsCalibrated() {
        double lead = Math.log(3); // probability 0.75
        List<ScoredPair> pairs = List.of(
                pair(null, null, "a", lead, 0),
                pair(null, null, "a", lead, 0),
                pair(null, null, "a", lead, 0),
                pair(null, null, "a", 0, lead));
        assertThat(RewardEvaluation.of(pairs).calibrationError()).isCloseTo(0, within(1e-9));
        assertThat(RewardEvaluation.of(pairs).calibration()).hasSize(1);
    }

    @Test
    void twoModelsAreComparedPairByPair() {
        List<ScoredPair> other = PAIRS.stream()
                .map(pair -> new ScoredPair(pair.preference(), -pair.chosen(), -pair.rejected()))
                .toList();
        RewardComparison comparison = new RewardComparison(PAIRS, other);
        assertThat(comparison.disagreements()).containsExactly(0, 1, 2, 4);
        assertThat(comparison.agreement()).isEqualTo(new Accuracy(1, 5));
        assertThat(comparison.toJson(0).path("other_chosen_reward").asDouble()).isEqualTo(-2);
        assertThatThrownBy(() -> new RewardComparison(PAIRS, other.subList(0, 2)))
                .hasMessageContaining("5 and 2 pairs");
    }

    @Test
    void marginsAreThePapers() {
        assertThat(Margin.SMALL.of(Rating.BETTER)).isEqualTo(2.0 / 3);
        assertThat(List.of(Rating.values()).stream().mapToDouble(Margin.LARGE::of))
                .containsExactly(3.0, 2.0, 1.0, 0.0);
        assertThat(Margin.LARGE.of(null)).isZero();
        assertThat(Margin.NONE.of(Rating.SIGNIFICANTLY_BETTER)).isZero();
    }
}
