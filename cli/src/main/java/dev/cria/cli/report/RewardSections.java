package dev.cria.cli.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cria.examples.recipe.Stage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The report's sections on preferences and reward models, beside the paper's tables 7, 8, 28 and 29. */
final class RewardSections {
    private static final List<String> RATINGS =
            List.of("significantly_better", "better", "slightly_better", "negligibly_better");
    private static final Map<String, List<String>> PAPER_MARGINS = Map.of(
            "none", List.of("79.1", "66.9", "59.8", "54.5", "62.5"),
            "small", List.of("80.4", "67.3", "60.4", "55.0", "63.0"),
            "large", List.of("80.7", "67.5", "60.5", "54.3", "62.9"));
    private static final Map<String, List<String>> PAPER_SAFETY = Map.of(
            "without", List.of("63.7", "93.0", "56.0", "59.5", "73.0"),
            "with", List.of("64.5", "94.3", "56.9", "59.9", "90.4"));
    private static final List<Map.Entry<String, String>> PAPER_LABELS =
            List.of(Map.entry("chosen_safe", "18"), Map.entry("both_safe", "47"), Map.entry("both_unsafe", "35"));

    private final Path run;

    RewardSections(Path run) {
        this.run = run;
    }

    static String preferences(JsonNode figures) {
        JsonNode safety = figures.path("safety");
        List<List<String>> labels = new ArrayList<>();
        for (Map.Entry<String, String> label : PAPER_LABELS) {
            labels.add(List.of(
                    label.getKey().replace('_', ' '),
                    label.getValue(),
                    Html.percent(safety.path("bySafety").path(label.getKey()).asDouble(0)
                            / safety.path("comparisons").asDouble())));
        }
        List<List<String>> ratings = new ArrayList<>();
        for (String rating : RATINGS) {
            ratings.add(List.of(
                    rating.replace('_', ' '),
                    figures.path("helpfulness").path("byRating").path(rating).asText(),
                    safety.path("byRating").path(rating).asText()));
        }
        return Html.paragraph(Html.number(
                        "%,d comparisons of helpfulness and %,d of safety to learn from (the paper: 1,418,091 of its own), by simulated annotators who have guidelines of their own and err.",
                        figures.path("helpfulness").path("comparisons").asInt(),
                        safety.path("comparisons").asInt()))
                + Html.table("Ratings", List.of("", "helpfulness", "safety"), ratings)
                + Html.table("Safety labels, %", List.of("", "paper", "here"), labels)
                + examples(figures.path("helpfulness").path("examples"), "Helpfulness")
                + examples(safety.path("examples"), "Safety");
    }

    private static String examples(JsonNode examples, String caption) {
        List<List<String>> rows = new ArrayList<>();
        examples.forEach(example -> rows.add(List.of(
                example.path("prompt").asText(),
                example.path("chosen").asText(),
                example.path("rejected").asText(),
                example.path("rating").asText().replace('_', ' '))));
        return Html.table(caption + ": comparisons", List.of("prompt", "chosen", "rejected", "rating"), rows);
    }

    String rewardModels(JsonNode figures) {
        List<String> charts = new ArrayList<>();
        Path models = run.resolve(Stage.REWARD_MODELS.id());
        charts.add(LearningSections.loss(
                "Ranking loss of the helpfulness model", models.resolve("helpfulness-margin-none")));
        charts.add(LearningSections.loss("Loss of the safety model", models.resolve("safety")));
        figures.path("helpfulness").properties().forEach(entry -> {
            if (!entry.getKey().equals("small")) {
                charts.add(ScoreHistogram.svg(
                        "Scores of the helpfulness model, margin " + entry.getKey(), entry.getValue()));
            }
        });
        figures.path("safety")
                .properties()
                .forEach(entry -> charts.add(ScoreHistogram.svg(
                        "Scores of the safety model, " + entry.getKey() + " safety loss", entry.getValue())));
        return margins(figures) + safety(figures) + tasks(figures) + Html.charts(charts.toArray(String[]::new));
    }

    private static String margins(JsonNode figures) {
        List<List<String>> rows = new ArrayList<>();
        figures.path("helpfulness").properties().forEach(entry -> {
            rows.add(
                    row("margin " + entry.getKey() + ", paper", PAPER_MARGINS.getOrDefault(entry.getKey(), List.of())));
            List<String> cells = new ArrayList<>();
            RATINGS.forEach(
                    rating -> cells.add(share(entry.getValue().path("by_rating").path(rating))));
            cells.add(share(entry.getValue().path("accuracy")));
            rows.add(row("margin " + entry.getKey() + ", here", cells));
        });
        return Html.table(
                "Helpfulness model: accuracy by rating and margin, % (table 28)",
                List.of("", "significantly", "better", "slightly", "negligibly", "all"), rows);
    }

    private static String safety(JsonNode figures) {
        List<List<String>> rows = new ArrayList<>();
        figures.path("safety").properties().forEach(entry -> {
            JsonNode model = entry.getValue();
            rows.add(row(
                    entry.getKey() + " the safety loss, paper", PAPER_SAFETY.getOrDefault(entry.getKey(), List.of())));
            rows.add(row(
                    entry.getKey() + " the safety loss, here",
                    List.of(
                            share(model.path("accuracy")),
                            share(model.path("by_safety").path("chosen_safe")),
                            share(model.path("by_safety").path("both_safe")),
                            share(model.path("by_safety").path("both_unsafe")),
                            share(model.path("unsafe_recall")))));
        });
        return Html.table(
                "Safety model: accuracy and unsafe recall at score 0.5, % (table 29)",
                List.of("", "all", "chosen safe", "both safe", "both unsafe", "unsafe recall"), rows);
    }

    private static String tasks(JsonNode figures) {
        JsonNode useful = figures.path("helpfulness").path("none");
        JsonNode safe = figures.path("safety").path("with");
        return Html.table(
                "Each model at each task: accuracy, % (table 7)",
                List.of("", "helpfulness, paper", "helpfulness, here", "safety, paper", "safety, here"),
                List.of(
                        List.of(
                                "helpfulness model",
                                "63.2",
                                share(useful.path("accuracy")),
                                "62.8",
                                share(figures.path("helpfulnessOnSafety").path("accuracy"))),
                        List.of(
                                "safety model",
                                "56.2",
                                share(figures.path("safetyOnHelpfulness").path("accuracy")),
                                "64.5",
                                share(safe.path("accuracy")))));
    }

    private static List<String> row(String name, List<String> cells) {
        List<String> row = new ArrayList<>(List.of(name));
        row.addAll(cells);
        return row;
    }

    private static String share(JsonNode accuracy) {
        return accuracy.has("share")
                ? Html.number(
                        "%.1f ± %.1f",
                        100 * accuracy.path("share").asDouble(),
                        100 * accuracy.path("standard_error").asDouble())
                : "–";
    }
}
