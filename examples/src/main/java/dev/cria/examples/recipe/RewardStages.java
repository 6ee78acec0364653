package dev.cria.examples.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.config.ConfigLoader;
import dev.cria.core.train.RunDirectory;
import dev.cria.examples.chat.Sitting;
import dev.cria.examples.feedback.Annotators;
import dev.cria.examples.feedback.Annotators.Comparison;
import dev.cria.examples.feedback.Annotators.Task;
import dev.cria.examples.feedback.FactComparisons;
import dev.cria.examples.feedback.ToyComparisons;
import dev.cria.examples.world.Split;
import dev.cria.rlhf.preference.Preference;
import dev.cria.rlhf.preference.PreferenceData;
import dev.cria.rlhf.preference.PreferenceSource;
import dev.cria.rlhf.preference.Rating;
import dev.cria.rlhf.reward.Margin;
import dev.cria.rlhf.reward.RewardConfig;
import dev.cria.rlhf.reward.RewardEvaluation;
import dev.cria.rlhf.reward.RewardModel;
import dev.cria.rlhf.reward.RewardTrainer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Preferences of simulated annotators, and reward models of these with the paper's ablations. */
final class RewardStages {
    /** Share of the comparisons for helpfulness in which answers may be wrong by a mere fact: that is learned slowest. */
    private static final double FACTS = 0.8;

    private final RecipeWorld data;
    private final RecipeConfig config;
    private final Path run;
    private final Sitting sitting;

    /**
     * Figures of the preferences, by task.
     *
     * @param helpfulness comparisons of how helpful answers are
     * @param safety comparisons of how safe they are
     */
    record PreferenceFigures(TaskFigures helpfulness, TaskFigures safety) {}

    /**
     * Comparisons of a task.
     *
     * @param comparisons to learn from
     * @param heldOut to measure with
     * @param byRating of those to learn from
     * @param bySafety of those to learn from
     * @param bestPossible accuracy on the held-out ones of somebody who knows the annotators' minds, by rating
     * @param examples some to read
     */
    record TaskFigures(
            int comparisons,
            int heldOut,
            Map<String, Integer> byRating,
            Map<String, Integer> bySafety,
            Map<String, Double> bestPossible,
            List<Example> examples) {}

    /** A comparison to read. */
    record Example(String prompt, String chosen, String rejected, String rating) {}

    /**
     * Figures of the reward models: {@link RewardEvaluation#toJson}, by model and by the task of the held-out comparisons.
     *
     * @param helpfulness by margin, on the helpfulness comparisons
     * @param safety with and without the safety loss, on the safety comparisons
     * @param helpfulnessOnSafety the helpfulness model without margin on the safety comparisons
     * @param safetyOnHelpfulness the safety model on the helpfulness comparisons
     */
    record RewardFigures(
            Map<String, JsonNode> helpfulness,
            Map<String, JsonNode> safety,
            JsonNode helpfulnessOnSafety,
            JsonNode safetyOnHelpfulness) {}

    RewardStages(RecipeWorld data, RecipeConfig config, Path run, Sitting sitting) {
        this.data = data;
        this.config = config;
        this.run = run;
        this.sitting = sitting;
    }

    /** Preferences of a task: to learn from, or held out. */
    Path file(Task task, boolean heldOut) {
        return run.resolve(Stage.PREFERENCES.id())
                .resolve(task.name().toLowerCase(Locale.ROOT) + (heldOut ? "-held-out.jsonl" : ".jsonl"));
    }

    // ---- Preferences

    PreferenceFigures preferences() {
        return new PreferenceFigures(collect(Task.HELPFULNESS), collect(Task.SAFETY));
    }

    private TaskFigures collect(Task task) {
        Amounts.Comparisons size = config.amounts().comparisons();
        List<Preference> training = preferences(compare(
                task,
                Annotators.of(config.seed()),
                Split.TRAIN,
                task == Task.SAFETY ? size.safety() : size.helpfulness()));
        List<Comparison> heldOut =
                compare(task, new Annotators(config.seed() + 1, 0.15, 0), Split.HELD_OUT, size.heldOut());
        PreferenceData.write(file(task, false), training);
        PreferenceData.write(file(task, true), preferences(heldOut));
        Map<String, Integer> bySafety = new LinkedHashMap<>();
        for (Preference preference : training) {
            Preference.Safety safety = preference.safety();
            if (safety != null) {
                bySafety.merge(safety.name().toLowerCase(Locale.ROOT), 1, Integer::sum);
            }
        }
        return new TaskFigures(
                training.size(),
                heldOut.size(),
                byRating(training),
                bySafety,
                bestPossible(heldOut),
                examples(training));
    }

    private List<Comparison> compare(Task task, Annotators annotators, Split split, int count) {
        ToyComparisons answers = new ToyComparisons(data.world());
        List<Comparison> all = new ArrayList<>();
        if (task == Task.SAFETY) {
            all.addAll(answers.of(task, annotators, split, count));
        } else {
            int facts = (int) (FACTS * count);
            all.addAll(new FactComparisons(data.compared(split), config.seed()).of(annotators, facts));
            all.addAll(answers.of(task, annotators, data.comparedRequests(split), count - facts));
        }
        return all.stream()
                .filter(comparison -> !comparison.preference().isExcluded())
                .toList();
    }

    private static List<Preference> preferences(List<Comparison> comparisons) {
        return comparisons.stream().map(Comparison::preference).toList();
    }

    private static Map<String, Integer> byRating(List<Preference> preferences) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (Rating rating : Rating.values()) {
            counts.put(rating.id(), (int) preferences.stream()
                    .filter(preference -> preference.rating() == rating)
                    .count());
        }
        return counts;
    }

    private static Map<String, Double> bestPossible(List<Comparison> heldOut) {
        Map<String, Double> shares = new LinkedHashMap<>();
        for (Rating rating : Rating.values()) {
            heldOut.stream()
                    .filter(comparison -> comparison.preference().rating() == rating)
                    .mapToDouble(Comparison::bayesAccuracy)
                    .average()
                    .ifPresent(share -> shares.put(rating.id(), share));
        }
        return shares;
    }

    private static List<Example> examples(List<Preference> preferences) {
        return preferences.stream()
                .limit(2)
                .map(preference -> new Example(
                        preference.prompt().get(0).content(),
                        preference.chosen(),
                        preference.rejected(),
                        preference.rating() == null ? "" : preference.rating().id()))
                .toList();
    }

    // ---- Reward models

    RewardFigures rewardModels() {
        Map<String, JsonNode> byMargin = new LinkedHashMap<>();
        for (Margin margin : config.amounts().comparisons().margins()) {
            Path model = train(Task.HELPFULNESS, name(margin), "loss.margin=" + margin);
            byMargin.put(margin.name().toLowerCase(Locale.ROOT), evaluate(model, Task.HELPFULNESS));
        }
        Path safety = train(Task.SAFETY, "safety", "kind=safety");
        Path ranking = train(Task.SAFETY, "safety-ranking-only", "kind=safety", "loss.safetyWeight=0");
        Map<String, JsonNode> safetyModels = new LinkedHashMap<>();
        safetyModels.put("without", evaluate(ranking, Task.SAFETY));
        safetyModels.put("with", evaluate(safety, Task.SAFETY));
        return new RewardFigures(
                byMargin,
                safetyModels,
                evaluate(directory(name(Margin.NONE)), Task.SAFETY),
                evaluate(safety, Task.HELPFULNESS));
    }

    private static String name(Margin margin) {
        return "helpfulness-margin-" + margin.name().toLowerCase(Locale.ROOT);
    }

    private Path directory(String model) {
        return run.resolve(Stage.REWARD_MODELS.id()).resolve(model);
    }

    private Path train(Task task, String name, String... settings) {
        Task other = task == Task.SAFETY ? Task.HELPFULNESS : Task.SAFETY;
        RewardConfig reward = ConfigLoader.of(RewardConfig.class)
                .set(settings("", config.seed()))
                .set(List.of("base=" + run.resolve(Stage.FINE_TUNING.id())))
                .set(List.of(settings))
                .load();
        Path path = directory(name);
        try (Engine engine = Engine.create();
                RunDirectory directory = RunDirectory.open(path, true);
                RewardTrainer trainer = RewardTrainer.open(
                        engine,
                        reward,
                        PreferenceSource.of(PreferenceData.read(file(task, false))),
                        PreferenceSource.of(PreferenceData.read(file(other, false))),
                        directory,
                        sitting.listeners(path))) {
            sitting.train(trainer::requestStop, trainer::run);
        }
        return path;
    }

    /** Settings of all reward models of the recipe, under a prefix. */
    static List<String> settings(String prefix, long seed) {
        List<String> settings = new ArrayList<>();
        for (String setting : List.of(
                "data.contextLength=256",
                "data.batchSize=16",
                "data.heldOut=0", // measured on held-out prompts, not only on held-out comparisons
                "training.accumulation=1",
                "training.seed=" + seed,
                "optimizer.learningRate=5e-4",
                "checkpoint.everySteps=100",
                "checkpoint.keepLast=1")) {
            settings.add(prefix + setting);
        }
        return settings;
    }

    private JsonNode evaluate(Path model, Task task) {
        try (Engine engine = Engine.create();
                RewardModel reward = RewardModel.load(engine, Checkpoints.resolve(model))) {
            return RewardEvaluation.of(reward.score(PreferenceData.read(file(task, true))))
                    .toJson();
        }
    }
}
