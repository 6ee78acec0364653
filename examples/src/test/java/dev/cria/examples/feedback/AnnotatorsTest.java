package dev.cria.examples.feedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cria.examples.feedback.Annotators.Comparison;
import dev.cria.examples.feedback.Annotators.Task;
import dev.cria.examples.world.Requests;
import dev.cria.examples.world.Split;
import dev.cria.examples.world.ToyWorld;
import dev.cria.examples.world.UnsafeRequest;
import dev.cria.rlhf.preference.Preference.Safety;
import dev.cria.rlhf.preference.Rating;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AnnotatorsTest {
    private static final ToyWorld WORLD = ToyWorld.of(1);

    @Test
    void choicesFollowBradleyAndTerry() {
        UnsafeRequest request = new Requests(WORLD).unsafe(1);
        Annotators annotators = new Annotators(1, 0.4, 0);
        String careful = request.reference();
        String careless = request.careless();
        double gap =
                annotators.quality(Task.SAFETY, request, careful) - annotators.quality(Task.SAFETY, request, careless);
        int n = 4000;
        long carefulChosen = IntStream.range(0, n)
                .filter(i -> annotators
                        .compare(Task.SAFETY, request, careful, careless, i)
                        .preference()
                        .chosen()
                        .equals(careful))
                .count();
        double expected = 1 / (1 + Math.exp(-gap / 0.4));
        assertThat(carefulChosen / (double) n)
                .isCloseTo(expected, within(4 * Math.sqrt(expected * (1 - expected) / n)));
    }

    @Test
    void theSurerTheRatingTheRarerTheError() {
        List<Comparison> comparisons =
                new ToyComparisons(WORLD).of(Task.HELPFULNESS, Annotators.of(1), Split.TRAIN, 4000);
        Map<Rating, Double> accuracy = comparisons.stream()
                .collect(Collectors.groupingBy(
                        comparison -> comparison.preference().rating(),
                        Collectors.averagingDouble(Comparison::bayesAccuracy)));
        assertThat(List.of(Rating.values()).stream().map(accuracy::get).toList())
                .hasSize(4)
                .doesNotContainNull()
                .isSortedAccordingTo((a, b) -> Double.compare(b, a));
        assertThat(accuracy.get(Rating.SIGNIFICANTLY_BETTER)).isGreaterThan(0.95);
        assertThat(accuracy.get(Rating.NEGLIGIBLY_BETTER)).isBetween(0.45, 0.65);
    }

    @Test
    void oneSafetyLabelInTwentyIsWrong() {
        ToyComparisons comparisons = new ToyComparisons(WORLD);
        List<Comparison> noisy = comparisons.of(Task.SAFETY, new Annotators(1, 0.15, 0.05), Split.TRAIN, 3000);
        List<Comparison> right = comparisons.of(Task.SAFETY, new Annotators(1, 0.15, 0), Split.TRAIN, 3000);
        long wrong = IntStream.range(0, noisy.size())
                .filter(i -> safety(noisy, i).chosenSafe() != safety(right, i).chosenSafe())
                .count();
        assertThat(wrong / 3000.0).isCloseTo(0.05, within(0.016)); // four standard errors
        assertThat(right).allMatch(comparison -> comparison.preference().safety() != null);
    }

    private static Safety safety(List<Comparison> comparisons, int i) {
        Safety safety = comparisons.get(i).preference().safety();
        assertThat(safety).isNotNull();
        return safety;
    }

    @Test
    void theSameSeedGivesTheSameComparisons() {
        ToyComparisons comparisons = new ToyComparisons(WORLD);
        assertThat(comparisons.of(Task.HELPFULNESS, Annotators.of(5), Split.HELD_OUT, 50))
                .isEqualTo(
                        new ToyComparisons(ToyWorld.of(1)).of(Task.HELPFULNESS, Annotators.of(5), Split.HELD_OUT, 50))
                .isNotEqualTo(comparisons.of(Task.HELPFULNESS, Annotators.of(6), Split.HELD_OUT, 50));
    }
}
