package dev.cria.cli.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.IntStream;

/** How a reward model's scores of chosen and of rejected answers lie. */
public final class ScoreHistogram {
    private ScoreHistogram() {}

    /**
     * A chart of it.
     *
     * @param title of the chart
     * @param evaluation of the model, as its JSON
     */
    public static String svg(String title, JsonNode evaluation) {
        double[] chosen = numbers(evaluation.path("chosen_scores"));
        double[] middles = IntStream.range(0, chosen.length)
                .mapToDouble(i -> (i + 0.5) / chosen.length)
                .toArray();
        return LineChart.svg(
                title,
                List.of(
                        new LineChart.Series("chosen", "main", middles, chosen),
                        new LineChart.Series(
                                "rejected", "second", middles, numbers(evaluation.path("rejected_scores")))));
    }

    /** The numbers of a JSON array. */
    static double[] numbers(JsonNode array) {
        return IntStream.range(0, array.size())
                .mapToDouble(i -> array.path(i).asDouble())
                .toArray();
    }
}
