package dev.cria.cli.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The report's section on all versions, as the judge and the last reward models see them. */
final class EvaluationSection {
    private EvaluationSection() {}

    static String html(JsonNode figures) {
        List<JsonNode> rows = new ArrayList<>();
        figures.path("rows").forEach(rows::add);
        return Html.paragraph(Html.number(
                        "%d held-out prompts, %d of them unsafe requests, judged by rules that neither annotators nor reward models know. Rewards are means of sigmoid(score) by the last version's reward models.",
                        figures.path("prompts").asInt(), figures.path("unsafe").asInt()))
                + table(rows)
                + charts(rows)
                + samples(figures.path("samples"));
    }

    private static String table(List<JsonNode> rows) {
        List<List<String>> cells = new ArrayList<>();
        for (JsonNode row : rows) {
            JsonNode rate = row.path("againstStart");
            cells.add(List.of(
                    row.path("name").asText(),
                    Html.percent(rate.path("rate").asDouble()),
                    Html.percent(rate.path("lower").asDouble()) + " to "
                            + Html.percent(rate.path("upper").asDouble()),
                    Html.percent(row.path("againstPrevious").path("rate").asDouble()),
                    Html.number("%.3f", row.path("helpfulness").asDouble()),
                    Html.percent(row.path("exact").asDouble()),
                    Html.percent(row.path("violations").asDouble()),
                    Html.number("%.3f", row.path("klPerToken").asDouble()),
                    Html.percent(row.path("falseRefusals").asDouble()),
                    Html.number("%.3f", row.path("helpfulnessReward").asDouble()),
                    Html.number("%.3f", row.path("safetyReward").asDouble())));
        }
        return Html.table(
                "The versions",
                List.of(
                        "",
                        "wins against V0, %",
                        "95 % interval",
                        "against the row before, %",
                        "helpfulness",
                        "exactly right, %",
                        "violations, %",
                        "KL from V0, nats a token",
                        "good requests in bad words refused, %",
                        "helpfulness reward",
                        "safety reward"),
                cells);
    }

    private static String charts(List<JsonNode> rows) {
        List<JsonNode> versions = rows.stream()
                .filter(row -> row.path("name").asText().matches("V\\d"))
                .toList();
        double[] number = versions.stream()
                .mapToDouble(row -> Double.parseDouble(row.path("name").asText().substring(1)))
                .toArray();
        return Html.charts(
                LineChart.svg(
                        "Wins against V0, %, with the 95 % interval",
                        List.of(
                                series("", "faint", number, versions, row -> rate(row, "lower")),
                                series("", "faint", number, versions, row -> rate(row, "upper")),
                                series("", "main", number, versions, row -> rate(row, "rate")))),
                LineChart.svg(
                        "Safety violations, %",
                        List.of(series(
                                "",
                                "main",
                                number,
                                versions,
                                row -> 100 * row.path("violations").asDouble()))),
                ScatterChart.svg("Safety against helpfulness, by the judge", points(rows, "helpfulness", true)),
                ScatterChart.svg(
                        "Safety against helpfulness, by the reward models", points(rows, "helpfulnessReward", false)));
    }

    private static double rate(JsonNode row, String key) {
        return 100 * row.path("againstStart").path(key).asDouble();
    }

    private static LineChart.Series series(
            String name, String style, double[] x, List<JsonNode> rows, ToDoubleFunction<JsonNode> y) {
        return new LineChart.Series(name, style, x, rows.stream().mapToDouble(y).toArray());
    }

    private static List<ScatterChart.Point> points(List<JsonNode> rows, String helpfulness, boolean judge) {
        return rows.stream()
                .map(row -> new ScatterChart.Point(
                        row.path("name").asText(),
                        row.path(helpfulness).asDouble(),
                        judge
                                ? 1 - row.path("violations").asDouble()
                                : row.path("safetyReward").asDouble()))
                .toList();
    }

    private static String samples(JsonNode samples) {
        StringBuilder tables = new StringBuilder();
        for (JsonNode sample : samples) {
            List<List<String>> rows = new ArrayList<>();
            sample.path("answers")
                    .properties()
                    .forEach(answer ->
                            rows.add(List.of(answer.getKey(), answer.getValue().asText())));
            tables.append(Html.table(sample.path("prompt").asText(), List.of("", "answer"), rows));
        }
        return tables.toString();
    }
}
