package dev.cria.rlhf.iterate;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cria.core.random.CounterRandom;
import dev.cria.model.generation.Sampling;
import dev.cria.rlhf.preference.Preference;
import dev.cria.rlhf.preference.PreferenceData;
import dev.cria.rlhf.sampling.Answer;
import dev.cria.rlhf.sampling.AnswerSampler;
import dev.cria.rlhf.sampling.LineLog;
import dev.cria.rlhf.sampling.RlPrompt;
import dev.cria.sft.JsonItems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * Collects a round's preferences into its directory: {@code comparisons.jsonl} are the answers to compare, {@code
 * annotations.jsonl} what the annotator said, and four preference files the result, by task and use. A crash, or an annotator
 * that fails half-way, costs the group at work.
 */
final class PreferenceCollection {
    private static final int GROUP = 64; // prompts answered at once
    private static final String NONE = "{}";

    private final Path directory;
    private final CollectionConfig config;
    private final long seed;
    private final ObjectMapper mapper = new ObjectMapper();

    /** What preferences are about. */
    enum Task {
        HELPFULNESS,
        SAFETY;

        String fileName(boolean heldOut) {
            return name().toLowerCase(Locale.ROOT) + (heldOut ? "-held-out.jsonl" : ".jsonl");
        }
    }

    PreferenceCollection(Path directory, CollectionConfig config, long seed) {
        this.directory = directory;
        this.config = config;
        this.seed = seed;
    }

    /** The preferences of a task, once collected; empty if there are none. */
    static List<Preference> read(Path directory, Task task, boolean heldOut) {
        Path file = directory.resolve(task.fileName(heldOut));
        return Files.exists(file) ? PreferenceData.read(file) : List.of();
    }

    /**
     * Lets two variants answer the prompts that have no comparison yet. Which of them speaks at the higher temperature
     * alternates.
     *
     * @param stop asked before each group; true ends the work
     * @return whether all prompts have their comparison
     */
    boolean sample(
            List<RlPrompt> prompts, AnswerSampler newest, AnswerSampler other, String source, BooleanSupplier stop) {
        try (LineLog log = LineLog.open(directory.resolve("comparisons.jsonl"))) {
            while (log.lines() < prompts.size() && !stop.getAsBoolean()) {
                int from = log.lines();
                List<RlPrompt> group = prompts.subList(from, Math.min(prompts.size(), from + GROUP));
                List<String> first = answers(newest, group, from, 0);
                List<String> second = answers(other, group, from, 1);
                List<String> lines = new ArrayList<>();
                for (int i = 0; i < group.size(); i++) {
                    Comparison comparison = new Comparison(from + i, group.get(i), first.get(i), second.get(i), source);
                    lines.add(comparison.toJson(mapper).toString());
                }
                log.append(lines);
            }
            return log.lines() >= prompts.size();
        }
    }

    /** The answers of one variant, half of them at each temperature: which, says the index among all prompts. */
    private List<String> answers(AnswerSampler sampler, List<RlPrompt> prompts, int from, int variant) {
        String[] texts = new String[prompts.size()];
        for (int parity = 0; parity < 2; parity++) {
            List<Integer> indices = new ArrayList<>();
            for (int i = (from + parity) % 2; i < prompts.size(); i += 2) {
                indices.add(i);
            }
            double temperature = parity == variant ? config.lowTemperature() : config.highTemperature();
            Sampling sampling = Sampling.plain().withTemperature(temperature).withMaxTokens(config.maxTokens());
            List<List<Answer>> answers = sampler.sample(
                    indices.stream().map(prompts::get).toList(),
                    sampling,
                    1,
                    i -> CounterRandom.of(seed, "comparison " + variant, from + indices.get(i))
                            .bits(0));
            for (int i = 0; i < indices.size(); i++) {
                texts[indices.get(i)] = answers.get(i).get(0).text();
            }
        }
        return List.of(texts);
    }

    /**
     * Has the comparisons annotated, and writes the preference files.
     *
     * @param stop asked before each batch; true ends the work
     * @return how many there are of each kind; empty if the work was ended
     */
    Optional<Map<String, Double>> annotate(Annotator annotator, BooleanSupplier stop) {
        List<Comparison> all = new ArrayList<>();
        JsonItems.forEach(directory.resolve("comparisons.jsonl"), (item, line) -> all.add(Comparison.parse(item)));
        Path file = directory.resolve("annotations.jsonl");
        try (LineLog log = LineLog.open(file)) {
            while (log.lines() < all.size()) {
                if (stop.getAsBoolean()) {
                    return Optional.empty();
                }
                int from = log.lines();
                log.append(annotate(annotator, all.subList(from, Math.min(all.size(), from + config.batchSize()))));
            }
        }
        return Optional.of(write(all, file));
    }

    private List<String> annotate(Annotator annotator, List<Comparison> batch) {
        List<Comparison> useful = batch.stream().filter(Comparison::isUseful).toList();
        List<Optional<Preference>> labels = useful.isEmpty() ? List.of() : annotator.annotate(useful);
        if (labels.size() != useful.size()) {
            throw new IllegalArgumentException(
                    "the annotator returned %d labels for %d comparisons".formatted(labels.size(), useful.size()));
        }
        Map<Comparison, Optional<Preference>> byComparison = new LinkedHashMap<>();
        for (int i = 0; i < labels.size(); i++) {
            byComparison.put(useful.get(i), labels.get(i));
        }
        return batch.stream()
                .map(comparison -> byComparison
                        .getOrDefault(comparison, Optional.empty())
                        .map(preference -> PreferenceData.toJson(preference).toString())
                        .orElse(NONE))
                .toList();
    }

    private Map<String, Double> write(List<Comparison> comparisons, Path annotations) {
        List<Optional<Preference>> labels = new ArrayList<>();
        JsonItems.forEach(
                annotations,
                (item, line) ->
                        labels.add(item.isEmpty() ? Optional.empty() : Optional.of(PreferenceData.parse(item))));
        Map<String, List<Preference>> files = new LinkedHashMap<>();
        int[] order = CounterRandom.of(seed, "held-out preferences", 0).permutation(comparisons.size());
        int held = (int) Math.ceil(config.heldOut() * comparisons.size());
        for (int i = 0; i < labels.size(); i++) {
            Task task = comparisons.get(i).prompt().isSafety() ? Task.SAFETY : Task.HELPFULNESS;
            String name = task.fileName(order[i] < held);
            labels.get(i)
                    .ifPresent(label ->
                            files.computeIfAbsent(name, n -> new ArrayList<>()).add(label));
        }
        files.forEach((name, preferences) -> PreferenceData.write(directory.resolve(name), preferences));
        Map<String, Double> counts = files.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> (double) entry.getValue().size(), (a, b) -> a, LinkedHashMap::new));
        counts.put("comparisons", (double) comparisons.size());
        return counts;
    }
}
