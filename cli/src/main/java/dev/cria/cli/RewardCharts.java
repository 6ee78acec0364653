package dev.cria.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cria.cli.report.LineChart;
import dev.cria.cli.report.ScoreHistogram;
import dev.cria.rlhf.reward.RewardEvaluation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** The part of a report about a reward model: its accuracy tables, how its scores lie and how sure it is. */
final class RewardCharts {
    private RewardCharts() {}

    /** The tables as text; empty if the run has no evaluation. */
    static String tables(Path run) throws IOException {
        return Files.exists(run.resolve(RewardEvaluation.FILE))
                ? read(run).path("text").asText()
                : "";
    }

    /** Score histograms and the calibration curve; empty if the run has no evaluation. */
    static String charts(Path run) throws IOException {
        if (!Files.exists(run.resolve(RewardEvaluation.FILE))) {
            return "";
        }
        JsonNode json = read(run);
        JsonNode bins = json.path("calibration");
        double[] confidence = column(bins, "confidence");
        return ScoreHistogram.svg("Answers by sigmoid(score)", json)
                + LineChart.svg(
                        "Calibration: accuracy by confidence",
                        List.of(
                                new LineChart.Series("perfect", "faint", confidence, confidence),
                                new LineChart.Series("model", "main", confidence, column(bins, "share"))));
    }

    private static JsonNode read(Path run) throws IOException {
        return new ObjectMapper().readTree(run.resolve(RewardEvaluation.FILE).toFile());
    }

    private static double[] column(JsonNode rows, String key) {
        return IntStream.range(0, rows.size())
                .mapToDouble(i -> rows.path(i).path(key).asDouble(Double.NaN))
                .toArray();
    }
}
