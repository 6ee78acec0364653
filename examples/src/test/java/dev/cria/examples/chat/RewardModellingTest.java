package dev.cria.examples.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cria.examples.world.ToyWorld;
import dev.cria.rlhf.preference.Rating;
import dev.cria.rlhf.reward.Accuracy;
import dev.cria.rlhf.reward.Margin;
import dev.cria.rlhf.reward.RewardEvaluation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reward models of simulated annotators: quickly, that it runs; nightly, that they are as good as they can be. */
class RewardModellingTest {
    private static final Logger LOG = LoggerFactory.getLogger(RewardModellingTest.class);

    @TempDir
    private Path directory;

    @Test
    void everythingRuns() {
        RewardModelling.Result result = measure(1, Size.smoke(), new RewardModelling.Setting(64, 40, List.of()));
        assertThat(result.byMargin()).containsOnlyKeys(Margin.values());
        assertThat(RewardTable.of(result)).hasLineCount(7).contains("unsafe recall");
    }

    @Tag("nightly")
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void accuracyIsNearTheBestPossible(long seed) {
        RewardModelling.Result result = measure(seed, RewardModelling.standard(), RewardModelling.Setting.standard());
        LOG.info("seed {}\n{}", seed, RewardTable.of(result));
        result.byMargin().values().forEach(evaluation -> near(evaluation, result.bayesHelpfulness()));
        near(result.withSafetyLoss(), result.bayesSafety());
        assertThat(result.withSafetyLoss().unsafeRecall().share())
                .isGreaterThan(result.withoutSafetyLoss().unsafeRecall().share());
    }

    private RewardModelling.Result measure(long seed, Size size, RewardModelling.Setting setting) {
        ToyWorld world = ToyWorld.of(seed);
        return RewardModelling.measure(world, RewardModelling.chat(world, size, directory), setting, directory);
    }

    /** Within three points of the best possible at each rating, and ordered as the ratings are. */
    private static void near(RewardEvaluation evaluation, Map<Rating, Double> best) {
        List<Double> shares = new ArrayList<>();
        best.forEach((rating, share) -> {
            Accuracy accuracy = evaluation.byRating().get(rating);
            assertThat(accuracy.standardError()).as("of %s", rating).isLessThan(0.01);
            assertThat(accuracy.share())
                    .as("%s of %s", rating, evaluation.byRating())
                    .isCloseTo(share, within(0.03));
            shares.add(accuracy.share());
        });
        assertThat(shares).hasSize(Rating.values().length).isSortedAccordingTo(Comparator.reverseOrder());
    }
}
