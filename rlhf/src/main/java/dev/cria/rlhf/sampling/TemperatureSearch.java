package dev.cria.rlhf.sampling;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cria.core.io.DurableFiles;
import dev.cria.core.io.FileErrors;
import dev.cria.core.io.InvalidFileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** The reward of the best of N by temperature and N, as in the paper's figure 8: the best temperature changes with each version. */
public final class TemperatureSearch {
    /** Name of the file that {@link Table#write} makes. */
    public static final String FILE = "temperatures.json";

    private final AnswerSampler sampler;
    private final RewardFunction rewards;
    private final BestOfConfig config;

    /**
     * A search.
     *
     * @param sampler the policy
     * @param rewards what is best
     * @param config the largest N, and how answers are drawn but for the temperature
     */
    public TemperatureSearch(AnswerSampler sampler, RewardFunction rewards, BestOfConfig config) {
        this.sampler = sampler;
        this.rewards = rewards;
        this.config = config;
    }

    /**
     * One temperature.
     *
     * @param temperature of the sampling
     * @param best expected reward of the best of N, by N in the order asked for, mean over the prompts
     */
    public record Row(double temperature, List<Double> best) {}

    /**
     * The table.
     *
     * @param sizes the N's
     * @param rows by temperature in the order asked for
     */
    public record Table(List<Integer> sizes, List<Row> rows) {
        /** The temperature with the best reward at the largest N. */
        public double bestTemperature() {
            Row best = rows.get(0);
            for (Row row : rows) {
                best = last(row) > last(best) ? row : best;
            }
            return best.temperature();
        }

        /** Writes the table as {@link #FILE} into a directory. */
        public void write(Path directory) {
            try {
                DurableFiles.write(
                        directory.resolve(FILE),
                        new ObjectMapper().writeValueAsString(this).getBytes(StandardCharsets.UTF_8));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("records of numbers can be written", e);
            }
        }

        /** Reads what {@link #write} wrote into a directory. */
        public static Table read(Path directory) {
            Path file = directory.resolve(FILE);
            try {
                return new ObjectMapper()
                        .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false)
                        .readValue(file.toFile(), Table.class);
            } catch (JsonProcessingException e) {
                throw new InvalidFileException(file, "it is damaged: " + e.getOriginalMessage(), e);
            } catch (IOException e) {
                throw FileErrors.unchecked("cannot read", file, e);
            }
        }

        private static double last(Row row) {
            return row.best().get(row.best().size() - 1);
        }
    }

    /**
     * Samples every prompt at every temperature. Answers that were cut off count with their reward less the penalty, unless
     * they are to be kept.
     */
    public Table search(List<RlPrompt> prompts, List<Double> temperatures) {
        return search(prompts, temperatures, () -> false).orElseThrow();
    }

    /**
     * Samples every prompt at every temperature, as {@link #search(List, List)}.
     *
     * @param stop asked before each group of prompts; true ends the work
     * @return empty if the work was ended
     */
    public Optional<Table> search(List<RlPrompt> prompts, List<Double> temperatures, BooleanSupplier stop) {
        if (prompts.isEmpty() || temperatures.isEmpty()) {
            throw new IllegalArgumentException("a temperature search needs at least one prompt and one temperature");
        }
        List<Integer> sizes = sizes(config.samples());
        List<Row> rows = new ArrayList<>();
        for (double temperature : temperatures) {
            BestOfConfig at = config.withTemperature(temperature).scoringAll();
            List<BestSample> samples = new BestOfN(sampler, rewards, at).all(prompts, stop);
            if (samples.size() < prompts.size()) {
                return Optional.empty();
            }
            rows.add(new Row(
                    temperature, sizes.stream().map(n -> mean(samples, n)).toList()));
        }
        return Optional.of(new Table(sizes, rows));
    }

    private static double mean(List<BestSample> samples, int n) {
        return samples.stream()
                .mapToDouble(sample -> OrderStatistics.expectedBest(sample.scores(), n))
                .average()
                .orElse(Double.NaN);
    }

    /** 1, 2, 4 and so on, and the largest. */
    private static List<Integer> sizes(int largest) {
        List<Integer> sizes = new ArrayList<>();
        for (int n = 1; n < largest; n *= 2) {
            sizes.add(n);
        }
        sizes.add(largest);
        return sizes;
    }
}
