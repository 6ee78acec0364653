package dev.cria.cli.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cria.core.train.MetricsFile;
import dev.cria.examples.recipe.Claims;
import dev.cria.examples.recipe.Stage;
import dev.cria.examples.recipe.StageResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** The report's sections on rejection sampling, Ghost Attention, PPO and context distillation. */
final class VersionSections {
    private static final List<String> STYLES = List.of("main", "second", "third", "fourth", "fifth");
    private static final List<String> TURNS = List.of("2", "4", "6", "20");

    private final Path run;
    private final Map<Stage, StageResult> results;

    VersionSections(Path run, Map<Stage, StageResult> results) {
        this.run = run;
        this.results = results;
    }

    static String rejectionSampling(JsonNode figures) {
        return Html.paragraph(
                        "In each version two variants of the newest models answer prompts, annotators compare, both reward models are trained anew, and the newest model's best answers by them are learned from, starting from V0 each time as in the paper.")
                + temperatures(figures)
                + steps(figures);
    }

    /** The reward of the best of N, a chart for each version. */
    private static String temperatures(JsonNode figures) {
        List<String> charts = new ArrayList<>();
        figures.path("temperatures").properties().forEach(entry -> {
            double[] sizes = ScoreHistogram.numbers(entry.getValue().path("sizes"));
            List<LineChart.Series> series = new ArrayList<>();
            for (JsonNode row : entry.getValue().path("rows")) {
                series.add(new LineChart.Series(
                        "T " + row.path("temperature").asText(),
                        STYLES.get(series.size() % STYLES.size()),
                        sizes,
                        ScoreHistogram.numbers(row.path("best"))));
            }
            charts.add(LineChart.svg("V" + entry.getKey() + ": reward of the best of N answers, by N", series));
        });
        return Html.charts(charts.toArray(String[]::new));
    }

    /** The ledger: what each version was made of. */
    private static String steps(JsonNode figures) {
        Set<Integer> versions = new LinkedHashSet<>();
        figures.path("steps").forEach(step -> versions.add(step.path("version").asInt()));
        List<List<String>> rows = new ArrayList<>();
        for (int version : versions) {
            rows.add(List.of(
                    "V" + version,
                    metric(figures, version, "preferences", "helpfulness.jsonl", 1, "%.0f"),
                    metric(figures, version, "preferences", "safety.jsonl", 1, "%.0f"),
                    metric(figures, version, "helpfulness", "accuracy_round_" + version, 100, "%.1f"),
                    metric(figures, version, "safety", "accuracy_round_" + version, 100, "%.1f"),
                    metric(figures, version, "best-of", "temperature", 1, "%.1f"),
                    metric(figures, version, "best-of", "reward", 1, "%.2f"),
                    metric(figures, version, "best-of", "samples", 1, "%.0f")));
        }
        return Html.table(
                "The versions: new preferences, accuracy of the new reward models on the round's held-out ones (%), rejection sampling",
                List.of(
                        "",
                        "helpfulness preferences",
                        "safety preferences",
                        "helpfulness accuracy",
                        "safety accuracy",
                        "best temperature",
                        "reward of the best",
                        "samples learned"),
                rows);
    }

    private static String metric(
            JsonNode figures, int version, String name, String metric, double factor, String format) {
        for (JsonNode step : figures.path("steps")) {
            if (step.path("version").asInt() == version
                    && step.path("step").asText().equals(name)
                    && step.path("metrics").has(metric)) {
                return Html.number(
                        format, factor * step.path("metrics").path(metric).asDouble());
            }
        }
        return "–";
    }

    String ghostAttention(JsonNode figures) {
        List<List<String>> messages = new ArrayList<>();
        figures.path("example")
                .forEach(message -> messages.add(List.of(
                        message.path("role").asText(), message.path("content").asText())));
        return Html.paragraph(Html.number(
                        "%,d dialogues of V3, in which the instruction was told at every turn; in what is learned it stands in the first message only, and only the last answer counts. They join the fine-tuning of V4 and V5.",
                        figures.path("dialogues").asInt()))
                + recall()
                + (messages.isEmpty() ? "" : Html.table("A dialogue", List.of("who", "says"), messages));
    }

    private String recall() {
        StageResult evaluation = results.get(Stage.EVALUATION);
        if (evaluation == null) {
            return "";
        }
        List<List<String>> rows = new ArrayList<>(List.of(
                List.of("paper, without", "100", "10", "0", "0"),
                List.of("paper, with Ghost Attention", "100", "100", "100", "100")));
        List<LineChart.Series> series = new ArrayList<>();
        double[] turns = TURNS.stream().mapToDouble(Double::parseDouble).toArray();
        evaluation.figures().path("recall").properties().forEach(entry -> {
            List<String> row = new ArrayList<>(List.of(entry.getKey()));
            double[] shares = TURNS.stream()
                    .mapToDouble(turn -> 100 * entry.getValue().path(turn).asDouble(Double.NaN))
                    .toArray();
            for (double share : shares) {
                row.add(Html.number("%.0f", share));
            }
            rows.add(row);
            series.add(new LineChart.Series(entry.getKey(), STYLES.get(series.size() % STYLES.size()), turns, shares));
        });
        return Html.table("Share of the instruction that is kept, %, by turn", List.of("", "2", "4", "6", "20"), rows)
                + Html.charts(LineChart.svg("Kept of the instruction, %, by turn", series));
    }

    String ppo(JsonNode figures) {
        List<JsonNode> iterations =
                MetricsFile.read(run.resolve("versions").resolve("round-05").resolve("ppo"));
        double[] step = LearningSections.column(iterations, "step");
        List<ScatterChart.Point> points = IntStream.range(0, iterations.size())
                .mapToObj(i -> new ScatterChart.Point(
                        "",
                        iterations.get(i).path("kl").asDouble(),
                        iterations.get(i).path("reward").asDouble()))
                .toList();
        return temperatures(figures)
                + steps(figures)
                + Html.table(
                        "PPO",
                        List.of("", "paper", "here"),
                        List.of(
                                List.of(
                                        "iterations",
                                        "200 to 400",
                                        figures.path("iterations").asText()),
                                List.of(
                                        "reward, first and last fifth of them",
                                        "–",
                                        Html.number(
                                                "%.2f, %.2f",
                                                figures.path("firstReward").asDouble(),
                                                figures.path("lastReward").asDouble())),
                                List.of(
                                        "KL at the end, nats a token",
                                        "–",
                                        Html.number(
                                                "%.3f (cap %.1f)",
                                                figures.path("klPerToken").asDouble(), Claims.KL_CAP))))
                + Html.charts(
                        LineChart.svg(
                                "Reward of PPO's answers",
                                List.of(new LineChart.Series(
                                        "", "main", step, LearningSections.column(iterations, "reward")))),
                        LineChart.svg(
                                "KL from the start, nats a token",
                                List.of(new LineChart.Series(
                                        "", "main", step, LearningSections.column(iterations, "kl_per_token")))),
                        ScatterChart.svg("Reward against KL of an answer", points));
    }

    static String distillation(JsonNode figures) {
        List<List<String>> rows = new ArrayList<>();
        row(rows, figures, "score without preprompt", "original", 1, "%.3f");
        row(rows, figures, "score after generic preprompts", "generic", 1, "%.3f");
        row(rows, figures, "score after preprompts for the category", "byCategory", 1, "%.3f");
        row(rows, figures, "distilled answers kept, %", "kept", 100, "%.1f");
        row(rows, figures, "judge's safety before", "before", 1, "%.3f");
        row(rows, figures, "judge's safety after", "after", 1, "%.3f");
        row(rows, figures, "kind requests refused before, %", "refusedBefore", 100, "%.1f");
        row(rows, figures, "kind requests refused after, %", "refusedAfter", 100, "%.1f");
        return Html.table(
                        "Scores are sigmoids of the last safety model's; the judge knows nothing of them",
                        List.of("", "the chat model, V0", "V5"),
                        rows)
                + LearningSections.samples(
                        "Answers of V0",
                        "without preprompt",
                        "after it",
                        figures.path("chatModel").path("samples"))
                + LearningSections.samples(
                        "Answers of V5",
                        "without preprompt",
                        "after it",
                        figures.path("lastVersion").path("samples"));
    }

    private static void row(
            List<List<String>> rows, JsonNode figures, String name, String key, double factor, String format) {
        rows.add(List.of(
                name,
                Html.number(format, factor * figures.path("chatModel").path(key).asDouble()),
                Html.number(
                        format, factor * figures.path("lastVersion").path(key).asDouble())));
    }
}
