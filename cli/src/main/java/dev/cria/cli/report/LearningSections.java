package dev.cria.cli.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cria.core.train.MetricsFile;
import dev.cria.examples.recipe.Stage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The report's sections on tokenizer, pretraining and fine-tuning. */
final class LearningSections {
    private final Path run;

    LearningSections(Path run) {
        this.run = run;
    }

    static String tokenizer(JsonNode figures) {
        List<String> pieces = new ArrayList<>();
        figures.path("example").forEach(piece -> pieces.add(piece.asText()));
        return Html.table(
                        "Byte-pair encoding",
                        List.of("", "paper", "here"),
                        List.of(
                                List.of(
                                        "pieces",
                                        "32,000",
                                        Html.number(
                                                "%,d", figures.path("pieces").asInt())),
                                List.of(
                                        "bytes a token",
                                        "not stated",
                                        Html.number(
                                                "%.2f",
                                                figures.path("bytesPerToken").asDouble()))))
                + "<pre>" + Html.escape(String.join(" | ", pieces)) + "</pre>";
    }

    String pretraining(JsonNode figures) {
        double loss = figures.path("heldOutLoss").asDouble();
        return Html.table(
                        "The base model",
                        List.of("", "paper, 7B", "here"),
                        List.of(
                                List.of(
                                        "weights",
                                        "7,000,000,000",
                                        Html.number(
                                                "%,d",
                                                figures.path("parameters").asLong())),
                                List.of(
                                        "tokens, repeated ones counted",
                                        "2,000,000,000,000",
                                        Html.number(
                                                "%,d", figures.path("tokens").asLong())),
                                List.of(
                                        "loss at the end, nats a token",
                                        "a curve only (figure 5)",
                                        Html.number("%.3f held out (perplexity %.1f)", loss, Math.exp(loss)))))
                + Html.charts(loss("Loss of pretraining", run.resolve(Stage.PRETRAINING.id())))
                + samples("How a text goes on", "untrained", "pretrained", figures.path("samples"));
    }

    String fineTuning(JsonNode figures) {
        return Html.table(
                        "The chat model, V0, on held-out prompts",
                        List.of("", "paper", "here"),
                        List.of(
                                List.of(
                                        "chats learned from",
                                        "27,540 annotations, 2 epochs",
                                        Html.number("%,d", figures.path("chats").asInt())),
                                List.of(
                                        "loss of the answers, nats a token",
                                        "not stated",
                                        Html.number(
                                                "%.3f",
                                                figures.path("heldOutLoss").asDouble())),
                                List.of(
                                        "exactly right answers, %",
                                        "–",
                                        Html.percent(figures.path("exactBefore").asDouble()) + " before, "
                                                + Html.percent(
                                                        figures.path("exact").asDouble()) + " after; "
                                                + Html.percent(figures.path("nearestNeighbour")
                                                        .asDouble())
                                                + " by looking up the most similar question"),
                                List.of(
                                        "unsafe requests helped with, %",
                                        "–",
                                        Html.percent(figures.path("violations").asDouble()))))
                + Html.charts(loss("Loss of fine-tuning", run.resolve(Stage.FINE_TUNING.id())))
                + samples("Answers", "base model", "chat model", figures.path("samples"));
    }

    /** Training and held-out loss of a run. */
    static String loss(String title, Path run) {
        List<JsonNode> steps = MetricsFile.read(run);
        return LineChart.svg(
                title,
                List.of(
                        new LineChart.Series("training", "main", column(steps, "step"), column(steps, "loss")),
                        new LineChart.Series("held out", "second", column(steps, "step"), column(steps, "val_loss"))));
    }

    static double[] column(List<JsonNode> steps, String key) {
        return steps.stream()
                .mapToDouble(step -> step.path(key).asDouble(Double.NaN))
                .toArray();
    }

    /** Prompts with two answers to each. */
    static String samples(String caption, String before, String after, JsonNode samples) {
        List<List<String>> rows = new ArrayList<>();
        samples.forEach(sample -> rows.add(List.of(
                sample.path("prompt").asText(),
                sample.path("before").asText(),
                sample.path("after").asText())));
        return Html.table(caption, List.of("prompt", before, after), rows);
    }
}
