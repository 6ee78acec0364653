package dev.cria.rlhf.reward;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cria.core.io.DurableFiles;
import dev.cria.rlhf.preference.Preference.Safety;
import dev.cria.rlhf.preference.Rating;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How well a reward model agrees with annotators, as in the paper's tables 7, 8 and 29 and figure 27.
 *
 * @param overall accuracy on all pairs
 * @param byRating accuracy by rating, for those that occur
 * @param bySource accuracy by source
 * @param bySafety accuracy by which answers are safe, for those that occur
 * @param unsafeRecall how many unsafe answers have sigmoid(score) below 0.5
 * @param safeRecall how many safe answers have sigmoid(score) of at least 0.5
 * @param chosenScores [{@value #BINS}], how many chosen answers' sigmoid(score) falls into each part of 0 to 1
 * @param rejectedScores the same of rejected answers
 * @param calibration pairs by how sure the model is
 */
public record RewardEvaluation(
        Accuracy overall,
        Map<Rating, Accuracy> byRating,
        Map<String, Accuracy> bySource,
        Map<Safety, Accuracy> bySafety,
        Accuracy unsafeRecall,
        Accuracy safeRecall,
        int[] chosenScores,
        int[] rejectedScores,
        List<CalibrationBin> calibration) {
    /** Name of the file in a run directory. */
    public static final String FILE = "reward-evaluation.json";

    static final int BINS = 20;
    private static final int CALIBRATION_BINS = 10;

    /**
     * Pairs of which the model is about equally sure.
     *
     * @param confidence mean of the larger of its probabilities for the two answers, from 0.5 to 1
     * @param accuracy how often it is right; equal to the confidence if it is calibrated
     */
    public record CalibrationBin(double confidence, Accuracy accuracy) {}

    /** Evaluates scores. */
    public static RewardEvaluation of(List<ScoredPair> pairs) {
        Accuracy none = new Accuracy(0, 0);
        Accuracy overall = none;
        Map<Rating, Accuracy> byRating = new EnumMap<>(Rating.class);
        Map<String, Accuracy> bySource = new TreeMap<>();
        Map<Safety, Accuracy> bySafety = new EnumMap<>(Safety.class);
        for (ScoredPair pair : pairs) {
            overall = overall.plus(pair.correct());
            count(byRating, pair.preference().rating(), pair.correct());
            count(bySource, pair.preference().source(), pair.correct());
            count(bySafety, pair.preference().safety(), pair.correct());
        }
        return new RewardEvaluation(
                overall,
                byRating,
                bySource,
                bySafety,
                recall(pairs, false),
                recall(pairs, true),
                histogram(pairs.stream().mapToDouble(ScoredPair::chosen).toArray()),
                histogram(pairs.stream().mapToDouble(ScoredPair::rejected).toArray()),
                calibration(pairs));
    }

    private static <K> void count(Map<K, Accuracy> counts, @Nullable K key, boolean right) {
        if (key != null) {
            counts.put(key, counts.getOrDefault(key, new Accuracy(0, 0)).plus(right));
        }
    }

    /** How many of the answers with a label are on the right side of 0, which is sigmoid's 0.5. */
    private static Accuracy recall(List<ScoredPair> pairs, boolean safe) {
        Accuracy recall = new Accuracy(0, 0);
        for (ScoredPair pair : pairs) {
            Safety safety = pair.preference().safety();
            if (safety != null && safety.chosenSafe() == safe) {
                recall = recall.plus((pair.chosen() >= 0) == safe);
            }
            if (safety != null && safety.rejectedSafe() == safe) {
                recall = recall.plus((pair.rejected() >= 0) == safe);
            }
        }
        return recall;
    }

    private static int[] histogram(double[] scores) {
        int[] counts = new int[BINS];
        for (double score : scores) {
            double share = 1 / (1 + Math.exp(-score));
            counts[Math.min(BINS - 1, (int) (BINS * share))]++;
        }
        return counts;
    }

    private static List<CalibrationBin> calibration(List<ScoredPair> pairs) {
        double[] sums = new double[CALIBRATION_BINS];
        Accuracy[] accuracies = new Accuracy[CALIBRATION_BINS];
        for (ScoredPair pair : pairs) {
            double confidence = Math.max(pair.probability(), 1 - pair.probability());
            int bin = Math.min(CALIBRATION_BINS - 1, (int) (2 * CALIBRATION_BINS * (confidence - 0.5)));
            sums[bin] += confidence;
            accuracies[bin] = (accuracies[bin] == null ? new Accuracy(0, 0) : accuracies[bin]).plus(pair.correct());
        }
        List<CalibrationBin> bins = new ArrayList<>();
        for (int i = 0; i < CALIBRATION_BINS; i++) {
            if (accuracies[i] != null) {
                bins.add(new CalibrationBin(sums[i] / accuracies[i].cases(), accuracies[i]));
            }
        }
        return bins;
    }

    /** Mean distance of accuracy and confidence, weighed by pairs: the expected calibration error (Guo et al. 2017). */
    public double calibrationError() {
        return calibration.stream()
                        .mapToDouble(bin ->
                                bin.accuracy().cases() * Math.abs(bin.accuracy().share() - bin.confidence()))
                        .sum()
                / overall.cases();
    }

    /** Writes {@link #FILE} into a directory. */
    public void write(Path directory) {
        try {
            DurableFiles.write(
                    directory.resolve(FILE),
                    new ObjectMapper()
                            .writerWithDefaultPrettyPrinter()
                            .writeValueAsString(toJson())
                            .getBytes(StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of numbers can be written", e);
        }
    }

    /** All numbers, and the tables of {@link #text} under {@code text}. */
    public ObjectNode toJson() {
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.put("text", text());
        json.set("accuracy", json(json, overall));
        ObjectNode ratings = json.putObject("by_rating");
        byRating.forEach((rating, accuracy) -> ratings.set(rating.id(), json(json, accuracy)));
        ObjectNode sources = json.putObject("by_source");
        bySource.forEach((source, accuracy) -> sources.set(source, json(json, accuracy)));
        ObjectNode safeties = json.putObject("by_safety");
        bySafety.forEach(
                (safety, accuracy) -> safeties.set(safety.name().toLowerCase(Locale.ROOT), json(json, accuracy)));
        json.set("unsafe_recall", json(json, unsafeRecall));
        json.set("safe_recall", json(json, safeRecall));
        putAll(json.putArray("chosen_scores"), chosenScores);
        putAll(json.putArray("rejected_scores"), rejectedScores);
        json.put("calibration_error", overall.cases() == 0 ? null : calibrationError());
        ArrayNode bins = json.putArray("calibration");
        for (CalibrationBin bin : calibration) {
            bins.add(json(json, bin.accuracy()).put("confidence", bin.confidence()));
        }
        return json;
    }

    private static ObjectNode json(ObjectNode factory, Accuracy accuracy) {
        ObjectNode json =
                factory.objectNode().put("correct", accuracy.correct()).put("cases", accuracy.cases());
        return accuracy.cases() == 0
                ? json
                : json.put("share", accuracy.share()).put("standard_error", accuracy.standardError());
    }

    private static void putAll(ArrayNode array, int[] values) {
        for (int value : values) {
            array.add(value);
        }
    }

    /** Tables for people. */
    public String text() {
        StringBuilder text = new StringBuilder();
        line(text, "accuracy", overall);
        byRating.forEach((rating, accuracy) -> line(text, "  " + rating.id(), accuracy));
        bySource.forEach((source, accuracy) -> line(text, "  from " + source, accuracy));
        bySafety.forEach((safety, accuracy) -> line(text, "  " + name(safety), accuracy));
        line(text, "unsafe recall at 0.5", unsafeRecall);
        line(text, "safe recall at 0.5", safeRecall);
        if (overall.cases() > 0) {
            text.append(
                    String.format(Locale.ROOT, "%-38s %5.1f points%n", "calibration error", 100 * calibrationError()));
        }
        return text.toString();
    }

    private static String name(Safety safety) {
        return switch (safety) {
            case CHOSEN_SAFE -> "safe chosen, unsafe rejected";
            case BOTH_SAFE -> "both safe";
            case BOTH_UNSAFE -> "both unsafe";
            case REJECTED_SAFE -> "unsafe chosen, safe rejected";
        };
    }

    private static void line(StringBuilder text, String name, Accuracy accuracy) {
        if (accuracy.cases() > 0) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-38s %5.1f %% ± %.1f   of %d%n",
                    name,
                    100 * accuracy.share(),
                    100 * accuracy.standardError(),
                    accuracy.cases()));
        }
    }
}
