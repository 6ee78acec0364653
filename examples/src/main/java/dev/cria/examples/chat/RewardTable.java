package dev.cria.examples.chat;

import dev.cria.examples.chat.RewardModelling.Result;
import dev.cria.rlhf.preference.Rating;
import dev.cria.rlhf.reward.RewardEvaluation;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The reward models' figures in lines: accuracy in % by rating, from significantly to negligibly better. */
final class RewardTable {
    private RewardTable() {}

    /** A model a line. */
    static String of(Result result) {
        List<String> lines = new ArrayList<>();
        result.byMargin().forEach((margin, evaluation) -> lines.add(line("helpfulness, margin " + margin, evaluation)));
        lines.add(line("helpfulness, best possible", result.bayesHelpfulness()));
        lines.add(line("safety, with the safety loss", result.withSafetyLoss()));
        lines.add(line("safety, without", result.withoutSafetyLoss()));
        lines.add(line("safety, best possible", result.bayesSafety()));
        return String.join("\n", lines);
    }

    private static String line(String name, RewardEvaluation evaluation) {
        Map<Rating, Double> shares = new EnumMap<>(Rating.class);
        evaluation.byRating().forEach((rating, accuracy) -> shares.put(rating, accuracy.share()));
        String line = line(name, shares)
                + String.format(
                        Locale.ROOT, "  all %5.1f", 100 * evaluation.overall().share());
        return evaluation.unsafeRecall().cases() == 0
                ? line
                : line
                        + String.format(
                                Locale.ROOT,
                                "  unsafe recall %5.1f  safe recall %5.1f",
                                100 * evaluation.unsafeRecall().share(),
                                100 * evaluation.safeRecall().share());
    }

    private static String line(String name, Map<Rating, Double> shares) {
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-30s", name));
        for (Rating rating : Rating.values()) {
            line.append(String.format(Locale.ROOT, " %5.1f", 100 * shares.getOrDefault(rating, Double.NaN)));
        }
        return line.toString();
    }
}
