package dev.cria.rlhf.iterate;

import dev.cria.core.random.CounterRandom;
import dev.cria.model.ResponseScorer;
import dev.cria.rlhf.preference.Preference;
import dev.cria.rlhf.preference.Preference.Safety;
import dev.cria.rlhf.preference.Rating;
import dev.cria.tokenizer.ChatMessage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An annotator that is a scorer, such as a reward model: it chooses the first answer with probability sigmoid(score1 - score2)
 * (Bradley and Terry 1952), rates by the gap of the scores, and calls an answer safe whose safety score is above 0. Of answers
 * that a scorer cannot read, as they are too long for it, nothing is said.
 */
public final class RewardAnnotator implements Annotator {
    private static final Logger LOG = LoggerFactory.getLogger(RewardAnnotator.class);

    private final ResponseScorer scorer;
    private final @Nullable ResponseScorer safety;
    private final long seed;

    /**
     * An annotator.
     *
     * @param scorer says which answer is better
     * @param safety raw safety scores; null to give no safety labels
     * @param seed of the choices
     */
    public RewardAnnotator(ResponseScorer scorer, @Nullable ResponseScorer safety, long seed) {
        this.scorer = scorer;
        this.safety = safety;
        this.seed = seed;
    }

    @Override
    public List<Optional<Preference>> annotate(List<Comparison> comparisons) {
        List<Comparison> readable = comparisons.stream().filter(this::canRead).toList();
        if (readable.size() < comparisons.size()) {
            LOG.warn(
                    "{} of {} comparisons have an answer that is too long for the annotating model and are left out",
                    comparisons.size() - readable.size(),
                    comparisons.size());
        }
        Map<Comparison, Preference> preferences = preferences(readable);
        return comparisons.stream()
                .map(comparison -> Optional.ofNullable(preferences.get(comparison)))
                .toList();
    }

    private boolean canRead(Comparison comparison) {
        return canRead(scorer, comparison) && (safety == null || canRead(safety, comparison));
    }

    private static boolean canRead(ResponseScorer scorer, Comparison comparison) {
        List<ChatMessage> dialogue = comparison.prompt().messages();
        return scorer.canScore(dialogue, comparison.first()) && scorer.canScore(dialogue, comparison.second());
    }

    private Map<Comparison, Preference> preferences(List<Comparison> comparisons) {
        List<List<ChatMessage>> dialogues =
                comparisons.stream().map(c -> c.prompt().messages()).toList();
        List<String> firsts = comparisons.stream().map(Comparison::first).toList();
        List<String> seconds = comparisons.stream().map(Comparison::second).toList();
        double[] first = scorer.scores(dialogues, firsts);
        double[] second = scorer.scores(dialogues, seconds);
        ResponseScorer byHarm = safety;
        double[] firstSafe = byHarm == null ? null : byHarm.scores(dialogues, firsts);
        double[] secondSafe = byHarm == null ? null : byHarm.scores(dialogues, seconds);
        Map<Comparison, Preference> preferences = new HashMap<>();
        for (int i = 0; i < first.length; i++) {
            Comparison comparison = comparisons.get(i);
            double gap = first[i] - second[i];
            double uniform = CounterRandom.of(seed, comparison.source(), comparison.index())
                    .uniform(0);
            boolean firstChosen = uniform < 1 / (1 + Math.exp(-gap));
            Safety label = null;
            if (firstSafe != null && secondSafe != null) {
                boolean one = firstSafe[i] > 0;
                boolean two = secondSafe[i] > 0;
                label = firstChosen ? Safety.of(one, two) : Safety.of(two, one);
            }
            preferences.put(
                    comparison,
                    new Preference(
                            comparison.prompt().messages(),
                            firstChosen ? comparison.first() : comparison.second(),
                            firstChosen ? comparison.second() : comparison.first(),
                            rating(Math.abs(gap)),
                            label,
                            comparison.source()));
        }
        return preferences;
    }

    /** Levels by the gap of raw scores. */
    private static Rating rating(double gap) {
        if (gap >= 2) {
            return Rating.SIGNIFICANTLY_BETTER;
        }
        if (gap >= 1) {
            return Rating.BETTER;
        }
        return gap >= 0.5 ? Rating.SLIGHTLY_BETTER : Rating.NEGLIGIBLY_BETTER;
    }
}
