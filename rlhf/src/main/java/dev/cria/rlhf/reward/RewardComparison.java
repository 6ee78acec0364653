package dev.cria.rlhf.reward;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cria.rlhf.preference.PreferenceData;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Two reward models on the same comparisons, such as helpfulness and safety, which pull both ways on some prompts (paper
 * figure 32).
 *
 * @param first the one model's scores
 * @param second the other's, of the same comparisons in the same order
 */
public record RewardComparison(List<ScoredPair> first, List<ScoredPair> second) {
    /** Copies the lists. */
    public RewardComparison {
        first = List.copyOf(first);
        second = List.copyOf(second);
        if (first.size() != second.size()) {
            throw new IllegalArgumentException(
                    "the models scored %d and %d pairs; they must be the same".formatted(first.size(), second.size()));
        }
    }

    /** How often the two prefer the same answer. */
    public Accuracy agreement() {
        int agreed = first.size() - disagreements().size();
        return new Accuracy(agreed, first.size());
    }

    /** Indices of the pairs of which the two prefer different answers. */
    public List<Integer> disagreements() {
        List<Integer> indices = new ArrayList<>();
        for (int i = 0; i < first.size(); i++) {
            if (first.get(i).correct() != second.get(i).correct()) {
                indices.add(i);
            }
        }
        return indices;
    }

    /** A pair with both models' scores. */
    public ObjectNode toJson(int index) {
        ScoredPair one = first.get(index);
        ScoredPair other = second.get(index);
        return PreferenceData.toJson(one.preference())
                .put("chosen_reward", one.chosen())
                .put("rejected_reward", one.rejected())
                .put("other_chosen_reward", other.chosen())
                .put("other_rejected_reward", other.rejected());
    }

    /** Tables for people. */
    public String text() {
        Accuracy agreement = agreement();
        return "first model\n" + RewardEvaluation.of(first).text() + "\nsecond model\n"
                + RewardEvaluation.of(second).text()
                + String.format(
                        Locale.ROOT,
                        "%nthey prefer the same answer of %d of %d pairs (%.1f %%)%n",
                        agreement.correct(),
                        agreement.cases(),
                        100 * agreement.share());
    }
}
