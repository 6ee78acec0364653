package dev.cria.examples.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cria.core.Engine;
import dev.cria.core.config.ConfigLoader;
import dev.cria.core.train.MetricsFile;
import dev.cria.core.train.RunDirectory;
import dev.cria.examples.chat.Sitting;
import dev.cria.examples.chat.ToyModel;
import dev.cria.examples.feedback.Annotators.Task;
import dev.cria.examples.feedback.ToyAnnotator;
import dev.cria.rlhf.iterate.IterativeRlhf;
import dev.cria.rlhf.iterate.RlhfConfig;
import dev.cria.rlhf.iterate.RoundLedger;
import dev.cria.rlhf.sampling.TemperatureSearch;
import dev.cria.sft.ChatData;
import dev.cria.sft.Conversation;
import dev.cria.sft.GhostAttention;
import dev.cria.sft.GhostAttention.Built;
import dev.cria.tokenizer.ChatMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** V1 to V5. All of them are one run of {@link IterativeRlhf}, whose second part learns from Ghost Attention's dialogues too. */
final class VersionStages {
    static final int LAST = 5;
    private static final int BEFORE_GHOST_ATTENTION = 3;
    static final int MAX_ANSWER = 60; // tokens
    private static final String VERSIONS = "versions";

    private final RecipeWorld data;
    private final RecipeConfig config;
    private final Path run;
    private final RewardStages rewards;
    private final Sitting sitting;

    /**
     * Figures of rejection sampling, V1 to V3.
     *
     * @param steps what was done, version by version
     * @param temperatures the reward of the best of N by temperature, by version
     */
    record SamplingFigures(List<RoundLedger.Entry> steps, Map<Integer, TemperatureSearch.Table> temperatures) {}

    /**
     * Figures of Ghost Attention's data.
     *
     * @param dialogues that were built
     * @param example one of them, as it is learned
     */
    record GhostAttentionFigures(int dialogues, List<ChatMessage> example) {}

    /**
     * Figures of V4 and V5.
     *
     * @param steps what was done, version by version
     * @param temperatures the reward of the best of N by temperature, by version
     * @param iterations of PPO
     * @param firstReward mean reward of PPO's first fifth of iterations
     * @param lastReward of its last fifth
     * @param klPerToken nats, mean of the last fifth
     */
    record PpoFigures(
            List<RoundLedger.Entry> steps,
            Map<Integer, TemperatureSearch.Table> temperatures,
            int iterations,
            double firstReward,
            double lastReward,
            double klPerToken) {}

    VersionStages(RecipeWorld data, RecipeConfig config, Path run, RewardStages rewards, Sitting sitting) {
        this.data = data;
        this.config = config;
        this.run = run;
        this.rewards = rewards;
        this.sitting = sitting;
    }

    SamplingFigures rejectionSampling() {
        train(BEFORE_GHOST_ATTENTION, List.of());
        return new SamplingFigures(steps(1, BEFORE_GHOST_ATTENTION), temperatures(1, BEFORE_GHOST_ATTENTION));
    }

    GhostAttentionFigures ghostAttention() {
        int count = config.amounts().recall().dialogues();
        List<Built> built = ToyModel.withAnswers(
                model(BEFORE_GHOST_ATTENTION),
                answers -> new GhostAttention(answers, GhostAttention.Place.FIRST_MESSAGE)
                        .build(data.personas().questions(count), data.personas()::instruction));
        List<Conversation> chats = built.stream().map(Built::conversation).toList();
        ChatData.write(dialogues(), chats);
        return new GhostAttentionFigures(
                chats.size(), chats.isEmpty() ? List.of() : chats.get(0).messages());
    }

    /** Ghost Attention's dialogues. */
    private Path dialogues() {
        return run.resolve(Stage.GHOST_ATTENTION.id()).resolve("dialogues.jsonl");
    }

    private boolean hasDialogues() {
        return StageResult.read(run, Stage.GHOST_ATTENTION)
                .filter(result -> result.figures().path("dialogues").asInt() > 0)
                .isPresent();
    }

    PpoFigures ppo() {
        // A model that learned next to nothing answers nothing, and leaves no dialogue.
        train(LAST, hasDialogues() ? List.of("sft.data.input=" + dialogues()) : List.of());
        List<JsonNode> iterations = MetricsFile.read(ppoRun());
        int fifth = Math.max(1, iterations.size() / 5);
        return new PpoFigures(
                steps(BEFORE_GHOST_ATTENTION + 1, LAST),
                temperatures(BEFORE_GHOST_ATTENTION + 1, LAST),
                iterations.size(),
                mean(iterations.subList(0, fifth), "reward"),
                mean(iterations.subList(iterations.size() - fifth, iterations.size()), "reward"),
                mean(iterations.subList(iterations.size() - fifth, iterations.size()), "kl_per_token"));
    }

    private static double mean(List<JsonNode> steps, String key) {
        return steps.stream()
                .mapToDouble(step -> step.path(key).asDouble(Double.NaN))
                .average()
                .orElse(Double.NaN);
    }

    // ---- What came out

    /** The directory of all versions. */
    Path versions() {
        return run.resolve(VERSIONS);
    }

    private Path round(int version) {
        return versions().resolve(String.format(Locale.ROOT, "round-%02d", version));
    }

    /** The run of a version's fine-tuning, before PPO. */
    Path tuned(int version) {
        return round(version).resolve("sft");
    }

    private Path ppoRun() {
        return round(LAST).resolve("ppo");
    }

    /** The run of a version's model; 0 is the chat model. */
    Path model(int version) {
        return version == 0 ? run.resolve(Stage.FINE_TUNING.id()) : version == LAST ? ppoRun() : tuned(version);
    }

    /** The newest reward model of a task. */
    Path rewardModel(Task task) {
        return round(LAST).resolve(task.name().toLowerCase(Locale.ROOT));
    }

    private List<RoundLedger.Entry> steps(int from, int to) {
        return RoundLedger.open(versions()).entries().stream()
                .filter(entry -> entry.version() >= from && entry.version() <= to)
                .toList();
    }

    private Map<Integer, TemperatureSearch.Table> temperatures(int from, int to) {
        Map<Integer, TemperatureSearch.Table> tables = new HashMap<>();
        for (int version = from; version <= to; version++) {
            if (Files.exists(round(version).resolve(TemperatureSearch.FILE))) {
                tables.put(version, TemperatureSearch.Table.read(round(version)));
            }
        }
        return tables;
    }

    // ---- The run

    private void train(int versions, List<String> settings) {
        Path prompts = versions().resolve("prompts.jsonl");
        data.writePrompts(prompts);
        try (Engine engine = Engine.create();
                RunDirectory directory = RunDirectory.open(versions(), true)) {
            IterativeRlhf rlhf = new IterativeRlhf(
                    engine,
                    rlhf(versions, settings),
                    directory,
                    round -> ToyAnnotator.of(config.seed(), round, data.prompts()),
                    sitting::listeners);
            sitting.run(rlhf::requestStop, rlhf::run);
        }
    }

    /** The settings of the versions. */
    RlhfConfig rlhf(int versions, List<String> settings) {
        Amounts size = config.amounts();
        List<String> all = new ArrayList<>(List.of(
                "policy=" + model(0),
                "prompts=" + versions().resolve("prompts.jsonl"),
                "versions=" + versions,
                "ppoFrom=" + LAST,
                "seed=" + config.seed(),
                "forceSafety=true", // the report has the safety models' precision and recall
                "collection.prompts=" + size.versions().compared(),
                "collection.maxTokens=" + MAX_ANSWER,
                "samplingPrompts=" + size.versions().sampled(),
                "temperatures=" + size.versions().temperatures(),
                "searchPrompts=" + size.versions().searchPrompts(),
                "bestOf.samples=" + size.versions().samples(),
                "bestOf.maxTokens=" + MAX_ANSWER,
                "bestOf.missingEos=" + size.versions().missingEos(),
                "sft.optimizer.learningRate=3e-4",
                "sft.optimizer.warmupSteps=10",
                "sft.data.epochs=" + size.versions().epochs(),
                "sft.data.packing=none",
                "sft.data.batchSize=8",
                "sft.data.contextLength=" + ToyModel.SEQUENCE,
                "sft.data.overlong=drop",
                "sft.checkpoint.everySteps=100",
                "helpfulness.data.othersShare=0.1", // of safety, whose comparisons are few and three times as long
                "ppo.training.iterations=" + size.optimisation().iterations(),
                "ppo.rollout.batchSize=" + size.optimisation().batchSize(),
                "ppo.rollout.maxTokens=" + MAX_ANSWER,
                "ppo.update.miniBatchSize=" + size.optimisation().batchSize() / 4,
                "ppo.kl.beta=0.1",
                "ppo.optimizer.learningRate=3e-5",
                "ppo.valueOptimizer.learningRate=3e-4"));
        for (Task task : Task.values()) {
            String model = task.name().toLowerCase(Locale.ROOT) + ".";
            all.addAll(RewardStages.settings(model, config.seed()));
            all.add(model + "data.input=" + rewards.file(task, false));
        }
        all.addAll(settings);
        return ConfigLoader.of(RlhfConfig.class).set(all).load();
    }
}
