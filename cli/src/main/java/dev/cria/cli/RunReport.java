package dev.cria.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cria.cli.report.Html;
import dev.cria.cli.report.LineChart;
import dev.cria.cli.report.Page;
import dev.cria.core.io.DurableFiles;
import dev.cria.core.train.MetricsFile;
import dev.cria.core.train.RunDirectory;
import dev.cria.sft.FineTuning;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** {@code report.html}: a run's curves, throughput, samples and configuration on one page that needs no other file. */
final class RunReport {
    /** Name of the page in a run directory. */
    static final String FILE = "report.html";

    /** Name of the file that holds samples of the model's text, if there are any. */
    static final String SAMPLES = "samples.txt";

    private static final double SMOOTHING = 0.9;
    private static final Set<String> COMMON =
            Set.of("step", "loss", "val_loss", "lr", "grad_norm", "tokens", "tokens_per_s", "data_share", "elapsed_s");

    private final Path run;
    private final List<JsonNode> steps;

    private RunReport(Path run, List<JsonNode> steps) {
        this.run = run;
        this.steps = steps;
    }

    /** Writes the page from the run's files; a run without a step gets none. */
    static void write(Path run) throws IOException {
        List<JsonNode> steps = MetricsFile.read(run);
        if (!steps.isEmpty()) {
            DurableFiles.write(
                    run.resolve(FILE), new RunReport(run, steps).html().getBytes(StandardCharsets.UTF_8));
        }
    }

    private String html() throws IOException {
        return Page.html(
                String.valueOf(run.toAbsolutePath().getFileName()),
                "<div class=\"tiles\">" + tiles() + "</div>\n<div class=\"charts\">" + charts()
                        + RewardCharts.charts(run)
                        + "</div>\n"
                        + section("Samples", SAMPLES)
                        + section("Conversations", FineTuning.COUNTS)
                        + section("Answers to held-out questions", FineTuning.ANSWERS)
                        + text("Reward model on comparisons", RewardCharts.tables(run))
                        + section("Configuration", RunDirectory.CONFIG));
    }

    private String tiles() {
        JsonNode last = steps.get(steps.size() - 1);
        double best =
                Arrays.stream(column("val_loss")).filter(Double::isFinite).min().orElse(Double.NaN);
        double[] rates = Arrays.stream(column("tokens_per_s")).sorted().toArray();
        double waiting = Arrays.stream(column("data_share"))
                .filter(Double::isFinite)
                .average()
                .orElse(0);
        long skipped = steps.stream()
                .filter(step -> step.path("health").asText().equals("skipped"))
                .count();
        return tile("steps", "%,d", last.path("step").asLong())
                + tile("training loss", "%.4f", last.path("loss").asDouble())
                + (Double.isNaN(best) ? "" : tile("best held-out loss", "%.4f", best))
                + tile("tokens", "%,d", last.path("tokens").asLong())
                + tile("tokens a second, median", "%,.0f", rates[rates.length / 2])
                + tile("hours", "%.2f", last.path("elapsed_s").asDouble() / 3600)
                + tile("waiting for data", "%.2f %%", 100 * waiting)
                + tile("skipped updates", "%d", skipped);
    }

    private static String tile(String name, String format, Object value) {
        return "<div><b>%s</b><span>%s</span></div>".formatted(String.format(Locale.ROOT, format, value), name);
    }

    private String charts() {
        double[] step = column("step");
        double[] loss = column("loss");
        return LineChart.svg(
                        "Loss",
                        List.of(
                                new LineChart.Series("each step", "faint", step, loss),
                                new LineChart.Series("smoothed", "main", step, smooth(loss)),
                                new LineChart.Series("held out", "second", step, column("val_loss"))))
                + single("Learning rate", "lr")
                + single("Gradient norm before clipping", "grad_norm")
                + single("Tokens a second", "tokens_per_s")
                + further();
    }

    /** Curves of what the stage measures besides, each by its name. */
    private String further() {
        Set<String> names = new LinkedHashSet<>();
        steps.forEach(step -> step.properties().stream()
                .filter(field -> field.getValue().isNumber() && !COMMON.contains(field.getKey()))
                .forEach(field -> names.add(field.getKey())));
        StringBuilder charts = new StringBuilder();
        names.forEach(name -> charts.append(single(name.replace('_', ' '), name)));
        return charts.toString();
    }

    private String single(String title, String key) {
        return LineChart.svg(title, List.of(new LineChart.Series("", "main", column("step"), column(key))));
    }

    private double[] column(String key) {
        return steps.stream()
                .mapToDouble(step -> step.path(key).asDouble(Double.NaN))
                .toArray();
    }

    private static double[] smooth(double[] values) {
        double[] smoothed = new double[values.length];
        double sum = 0;
        double weight = 0;
        for (int i = 0; i < values.length; i++) {
            if (Double.isFinite(values[i])) {
                sum = SMOOTHING * sum + values[i];
                weight = SMOOTHING * weight + 1;
            }
            smoothed[i] = sum / weight;
        }
        return smoothed;
    }

    private String section(String title, String file) throws IOException {
        Path path = run.resolve(file);
        return Files.exists(path) ? text(title, Files.readString(path)) : "";
    }

    private static String text(String title, String text) {
        return text.isEmpty() ? "" : "<section><h2>%s</h2><pre>%s</pre></section>".formatted(title, Html.escape(text));
    }
}
