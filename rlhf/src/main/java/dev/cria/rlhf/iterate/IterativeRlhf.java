package dev.cria.rlhf.iterate;

import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.random.CounterRandom;
import dev.cria.core.train.RunDirectory;
import dev.cria.core.train.TrainingListener;
import dev.cria.core.train.TrainingLoop.Result;
import dev.cria.rlhf.iterate.PreferenceCollection.Task;
import dev.cria.rlhf.ppo.PpoRun;
import dev.cria.rlhf.preference.Preference;
import dev.cria.rlhf.preference.PreferenceData;
import dev.cria.rlhf.preference.PreferenceSource;
import dev.cria.rlhf.reward.RewardConfig;
import dev.cria.rlhf.reward.RewardModel;
import dev.cria.rlhf.reward.RewardTrainer;
import dev.cria.rlhf.reward.ScoredPair;
import dev.cria.rlhf.sampling.BestOfConfig;
import dev.cria.rlhf.sampling.BestOfFile;
import dev.cria.rlhf.sampling.BestOfN;
import dev.cria.rlhf.sampling.BestSample;
import dev.cria.rlhf.sampling.ModelFingerprint;
import dev.cria.rlhf.sampling.PolicyModel;
import dev.cria.rlhf.sampling.PromptFile;
import dev.cria.rlhf.sampling.RewardModels;
import dev.cria.rlhf.sampling.RewardModelsConfig;
import dev.cria.rlhf.sampling.RlPrompt;
import dev.cria.rlhf.sampling.SampleOrigin;
import dev.cria.rlhf.sampling.SamplePool;
import dev.cria.rlhf.sampling.TemperatureSearch;
import dev.cria.sft.ChatSource;
import dev.cria.sft.FineTuning;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * RLHF version after version (paper section 3.2.3). In each, two variants of the newest models answer prompts and an annotator
 * compares the answers; the reward models are trained anew on all preferences so far; the newest model's best answers by them
 * are learned from; and in the last versions PPO follows. Every step is a directory in the run, {@code rounds.json} says what
 * came from what, and a run that ended anywhere goes on from there.
 */
public final class IterativeRlhf {
    private static final Logger LOG = LoggerFactory.getLogger(IterativeRlhf.class);
    private static final int SEQUENCES = 64; // answers written at once

    private final Engine engine;
    private final RlhfConfig config;
    private final Path run;
    private final Annotators annotators;
    private final Function<Path, List<TrainingListener>> listeners;
    private final RoundLedger ledger;
    private final SamplePool pool;
    private final List<RlPrompt> prompts;
    private volatile boolean stopRequested;
    private volatile @Nullable Runnable stopStep;

    /** Gives a round its annotator. */
    @FunctionalInterface
    public interface Annotators {
        /** The annotator of the round whose files lie in a directory. */
        Annotator of(Path round);
    }

    /** The run was asked to stop in the middle of a step. */
    private static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /**
     * A run, new or to go on with.
     *
     * @param engine what it computes on; stays open
     * @param config the settings
     * @param run the run's directory
     * @param annotators who compares answers
     * @param listeners who watches a step's training, by its directory
     * @throws IllegalArgumentException if the model or the prompts cannot be used
     */
    public IterativeRlhf(
            Engine engine,
            RlhfConfig config,
            RunDirectory run,
            Annotators annotators,
            Function<Path, List<TrainingListener>> listeners) {
        this.engine = engine;
        this.config = config;
        this.run = run.path();
        this.annotators = annotators;
        this.listeners = listeners;
        if (config.prompts().isEmpty()) {
            throw new IllegalArgumentException("prompts names no prompt files");
        }
        this.prompts = PromptFile.read(config.prompts());
        this.ledger = RoundLedger.open(run.path());
        this.pool = new SamplePool(run.path().resolve("pool"));
        model(0); // must be there
        run.writeConfig(config);
    }

    /** Asks the run to end as soon as the present step can be gone on with. May be called from any thread. */
    public void requestStop() {
        stopRequested = true;
        Runnable step = stopStep;
        if (step != null) {
            step.run();
        }
    }

    /**
     * Works to the end, or until asked to stop.
     *
     * @return whether all versions are done
     * @throws Annotator.LabelsMissingException if labels are waited for
     */
    public boolean run() {
        try {
            for (int version = 1; version <= config.versions(); version++) {
                round(version);
            }
            return true;
        } catch (Stopped e) {
            return false;
        }
    }

    /** What is done so far. */
    public RoundLedger ledger() {
        return ledger;
    }

    /**
     * The model of a version; 0 is the one that the run began with.
     *
     * @throws IllegalStateException if it is not there yet
     */
    public Path model(int version) {
        Path start = config.policy();
        if (version == 0) {
            if (start == null) {
                throw new IllegalArgumentException("policy names no chat model to begin with");
            }
            return Checkpoints.resolve(start);
        }
        return ledger.find(version, "ppo")
                .or(() -> ledger.find(version, "sft"))
                .map(entry -> Checkpoints.resolve(run.resolve(entry.output())))
                .orElseThrow(() -> new IllegalStateException("version " + version + " is not done yet"));
    }

    private void round(int version) {
        Path round = directory(version);
        PreferenceCollection collection =
                new PreferenceCollection(round, config.collection(), seed("collection", version));
        step(version, "comparisons", round, () -> compare(version, collection));
        step(version, "preferences", round, () -> collection.annotate(annotators.of(round)));
        for (Task task : Task.values()) {
            if (!learned(version, task).isEmpty()) {
                step(version, name(task), round.resolve(name(task)), () -> trainReward(version, task));
            }
        }
        step(version, "best-of", pool.file(version), () -> sample(version));
        step(version, "sft", round.resolve("sft"), () -> fineTune(version, start(version), round.resolve("sft")));
        if (version >= config.ppoFrom()) {
            step(version, "ppo", round.resolve("ppo"), () -> optimise(version));
        }
        Path student = config.student();
        if (student != null && version == config.versions()) {
            Path output = round.resolve("student");
            step(version, "student", output, () -> fineTune(version, student, output));
        }
    }

    /** Does a step unless it is done, and notes it. */
    private void step(int version, String name, Path output, Supplier<Map<String, Double>> work) {
        if (ledger.find(version, name).isPresent()) {
            return;
        }
        if (stopRequested) {
            throw new Stopped();
        }
        LOG.info("version {}: {}", version, name);
        Map<String, String> inputs = inputs(version, name);
        Map<String, Double> metrics = work.get();
        ledger.add(new RoundLedger.Entry(
                version, name, inputs, run.relativize(output).toString(), metrics));
        LOG.info("version {}: {} done {}", version, name, metrics);
    }

    /** Which models a step works from. */
    private Map<String, String> inputs(int version, String name) {
        Map<String, String> inputs = new LinkedHashMap<>();
        switch (name) {
            case "comparisons" -> {
                put(inputs, "newest", model(version - 1));
                put(inputs, "other", model(Math.max(0, version - 2)));
            }
            case "best-of" -> put(inputs, "policy", model(version - 1));
            case "sft" -> put(inputs, "base", Checkpoints.resolve(start(version)));
            case "ppo" -> put(inputs, "policy", model(version));
            default -> {}
        }
        if (name.equals("best-of") || name.equals("ppo")) {
            RewardModelsConfig rewards = rewards(version);
            put(inputs, "helpfulness", Checkpoints.resolve(rewardModel(version, Task.HELPFULNESS)));
            Path safety = rewards.safety();
            if (safety != null) {
                put(inputs, "safety", Checkpoints.resolve(safety));
            }
        }
        return inputs;
    }

    private void put(Map<String, String> inputs, String name, Path model) {
        inputs.put(name, model.startsWith(run) ? run.relativize(model).toString() : model.toString());
        inputs.put(name + "_sha256", ModelFingerprint.of(model));
    }

    // ---- Steps

    private Map<String, Double> compare(int version, PreferenceCollection collection) {
        List<RlPrompt> asked =
                pick("comparison prompts", version, config.collection().prompts());
        try (PolicyModel newest = PolicyModel.load(engine, model(version - 1), SEQUENCES);
                PolicyModel other = PolicyModel.load(engine, model(Math.max(0, version - 2)), SEQUENCES)) {
            collection.sample(asked, newest.sampler(), other.sampler(), "round " + version);
        }
        return Map.of("prompts", (double) asked.size());
    }

    private Map<String, Double> trainReward(int version, Task task) {
        Task others = task == Task.SAFETY ? Task.HELPFULNESS : Task.SAFETY;
        RewardConfig settings = task == Task.SAFETY ? config.safety() : config.helpfulness();
        RewardConfig based = settings.base() == null ? settings.withBase(model(0)) : settings;
        Path output = directory(version).resolve(name(task));
        try (RunDirectory directory = RunDirectory.open(output, true);
                RewardTrainer trainer = RewardTrainer.open(
                        engine,
                        based,
                        PreferenceSource.of(learned(version, task)),
                        PreferenceSource.of(learned(version, others)),
                        directory,
                        listeners.apply(output))) {
            finish(trainer::requestStop, trainer::run);
        }
        return accuracies(version, task, output);
    }

    /** Accuracy on the held-out preferences of each round so far. */
    private Map<String, Double> accuracies(int version, Task task, Path output) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        try (RewardModel model = RewardModel.load(engine, Checkpoints.resolve(output))) {
            for (int round = 1; round <= version; round++) {
                List<Preference> heldOut = PreferenceCollection.read(directory(round), task, true);
                if (!heldOut.isEmpty()) {
                    List<ScoredPair> pairs = model.score(heldOut);
                    long correct = pairs.stream().filter(ScoredPair::correct).count();
                    metrics.put("accuracy_round_" + round, (double) correct / pairs.size());
                }
            }
        }
        return metrics;
    }

    private Map<String, Double> sample(int version) {
        List<RlPrompt> asked = pick("sampling prompts", version, config.samplingPrompts());
        Map<String, Double> metrics = new LinkedHashMap<>();
        BestOfConfig settings = config.bestOf().withSeed(seed("best-of", version));
        try (PolicyModel policy = PolicyModel.load(engine, model(version - 1), SEQUENCES);
                RewardModels rewards = RewardModels.open(engine, rewards(version), policy.tokenizer())) {
            if (!config.temperatures().isEmpty()) {
                List<RlPrompt> few = asked.subList(0, Math.min(asked.size(), config.searchPrompts()));
                TemperatureSearch.Table table = new TemperatureSearch(policy.sampler(), rewards.function(), settings)
                        .search(few, config.temperatures());
                table.write(directory(version));
                settings = settings.withTemperature(table.bestTemperature());
            }
            SampleOrigin origin = new SampleOrigin(
                    policy.fingerprint(), rewards.fingerprints(), ModelFingerprint.of(asked), settings);
            try (BestOfFile file = BestOfFile.open(pool.file(version), origin, true)) {
                new BestOfN(policy.sampler(), rewards.function(), settings).run(asked, file, () -> stopRequested);
                if (file.done() < asked.size()) {
                    throw new Stopped();
                }
            }
        }
        List<BestSample> best = BestOfFile.read(pool.file(version)).stream()
                .filter(BestSample::isUsable)
                .toList();
        metrics.put("temperature", settings.temperature());
        metrics.put("samples", (double) best.size());
        metrics.put(
                "reward",
                best.stream().mapToDouble(BestSample::rewardValue).average().orElse(Double.NaN));
        return metrics;
    }

    private Map<String, Double> fineTune(int version, Path start, Path output) {
        ChatSource samples = ChatSource.of(pool.conversations(version, config.earlierShare()))
                .and(ChatSource.files(config.sft().data().input()));
        try (RunDirectory directory = RunDirectory.open(output, true);
                FineTuning tuning = FineTuning.open(
                        engine, config.sft().withBase(start), samples, directory, listeners.apply(output))) {
            Result result = finish(tuning::requestStop, tuning::run);
            return Map.of("steps", (double) result.steps());
        }
    }

    private Map<String, Double> optimise(int version) {
        Path output = directory(version).resolve("ppo");
        Path tuned = run.resolve(
                ledger.find(version, "sft").map(RoundLedger.Entry::output).orElseThrow());
        try (RunDirectory directory = RunDirectory.open(output, true);
                PpoRun ppo = PpoRun.open(
                        engine,
                        config.ppo().forRound(tuned, rewards(version), config.prompts()),
                        directory,
                        listeners.apply(output))) {
            Result result = finish(ppo::requestStop, ppo::run);
            return Map.of("iterations", (double) result.steps());
        }
    }

    /** Runs a step's training; the run ends with it if it was stopped. */
    private Result finish(Runnable stop, Supplier<Result> training) {
        stopStep = stop;
        if (stopRequested) {
            stop.run();
        }
        Result result = training.get();
        stopStep = null;
        if (!result.completed()) {
            throw new Stopped();
        }
        return result;
    }

    // ---- What a step works from

    private Path start(int version) {
        Path policy = model(config.start() == RlhfConfig.Start.BASE ? 0 : version - 1);
        return policy;
    }

    private Path directory(int version) {
        return run.resolve(String.format(Locale.ROOT, "round-%02d", version));
    }

    private static String name(Task task) {
        return task.name().toLowerCase(Locale.ROOT);
    }

    private long seed(String purpose, int version) {
        return CounterRandom.of(config.seed(), purpose, version).bits(0);
    }

    /** The round's own choice of prompts. */
    private List<RlPrompt> pick(String purpose, int version, int count) {
        int[] order = CounterRandom.of(config.seed(), purpose, version).permutation(prompts.size());
        List<RlPrompt> picked = new ArrayList<>();
        for (int i = 0; i < Math.min(count, order.length); i++) {
            picked.add(prompts.get(order[i]));
        }
        return picked;
    }

    /** The preferences that a version's reward model of a task learns from: those of all rounds, after what was there before. */
    private List<Preference> learned(int version, Task task) {
        RewardConfig settings = task == Task.SAFETY ? config.safety() : config.helpfulness();
        List<Preference> all = new ArrayList<>();
        settings.data().input().forEach(file -> all.addAll(PreferenceData.read(file)));
        for (int round = 1; round <= version; round++) {
            all.addAll(PreferenceCollection.read(directory(round), task, false));
        }
        return all;
    }

    private Path rewardModel(int version, Task task) {
        return find(version, task)
                .orElseThrow(() -> new IllegalArgumentException(
                        "no preference for %s has been collected by round %d; collect more prompts"
                                .formatted(name(task), version)));
    }

    /** The newest reward model of a task. */
    private Optional<Path> find(int version, Task task) {
        for (int round = version; round >= 1; round--) {
            Optional<RoundLedger.Entry> entry = ledger.find(round, name(task));
            if (entry.isPresent()) {
                return entry.map(found -> run.resolve(found.output()));
            }
        }
        return Optional.empty();
    }

    private RewardModelsConfig rewards(int version) {
        List<Path> calibration = new ArrayList<>();
        for (int round = 1; round <= version; round++) {
            Path file = directory(round).resolve(Task.SAFETY.fileName(true));
            if (Files.exists(file)) {
                calibration.add(file);
            }
        }
        RewardModelsConfig defaults = RewardModelsConfig.defaults();
        return new RewardModelsConfig(
                rewardModel(version, Task.HELPFULNESS),
                find(version, Task.SAFETY).orElse(null),
                config.threshold(),
                calibration,
                defaults.leastPrecision(),
                defaults.leastRecall(),
                config.forceSafety(),
                config.ppo().reward().judge());
    }
}
