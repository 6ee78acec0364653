package dev.cria.rlhf.iterate;

import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.train.RunDirectory;
import dev.cria.core.train.TrainingListener;
import dev.cria.core.train.TrainingLoop.Result;
import dev.cria.rlhf.iterate.PreferenceCollection.Task;
import dev.cria.rlhf.ppo.PpoRun;
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
import dev.cria.rlhf.sampling.RlPrompt;
import dev.cria.rlhf.sampling.SampleOrigin;
import dev.cria.rlhf.sampling.SamplePool;
import dev.cria.rlhf.sampling.TemperatureSearch;
import dev.cria.sft.ChatSource;
import dev.cria.sft.FineTuning;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    private final Rounds rounds;
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
        this.ledger = RoundLedger.open(run.path());
        this.rounds = new Rounds(config, run.path(), ledger, PromptFile.read(config.prompts()));
        this.pool = new SamplePool(run.path().resolve("pool"));
        rounds.model(0); // must be there
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
        return rounds.model(version);
    }

    private void round(int version) {
        Path round = rounds.directory(version);
        PreferenceCollection collection =
                new PreferenceCollection(round, config.collection(), rounds.seed("collection", version));
        step(version, "comparisons", round, () -> compare(version, collection));
        step(version, "preferences", round, () -> annotate(collection, annotators.of(round)));
        for (Task task : Task.values()) {
            if (ledger.find(version, Rounds.name(task)).isPresent()
                    || !rounds.learned(version, task).isEmpty()) {
                step(version, Rounds.name(task), round.resolve(Rounds.name(task)), () -> trainReward(version, task));
            }
        }
        step(version, "best-of", pool.file(version), () -> sample(version));
        step(
                version,
                "sft",
                round.resolve("sft"),
                () -> fineTune(version, rounds.start(version), round.resolve("sft")));
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
        Map<String, String> inputs = rounds.inputs(version, name);
        Map<String, Double> metrics = work.get();
        ledger.add(new RoundLedger.Entry(
                version, name, inputs, run.relativize(output).toString(), metrics));
        LOG.info("version {}: {} done {}", version, name, metrics);
    }

    // ---- Steps

    private Map<String, Double> compare(int version, PreferenceCollection collection) {
        List<RlPrompt> asked =
                rounds.pick("comparison prompts", version, config.collection().prompts());
        try (PolicyModel newest = PolicyModel.load(engine, rounds.model(version - 1), SEQUENCES);
                PolicyModel other = PolicyModel.load(engine, rounds.model(Math.max(0, version - 2)), SEQUENCES)) {
            if (!collection.sample(asked, newest.sampler(), other.sampler(), "round " + version, () -> stopRequested)) {
                throw new Stopped();
            }
        }
        return Map.of("prompts", (double) asked.size());
    }

    private Map<String, Double> annotate(PreferenceCollection collection, Annotator annotator) {
        return collection.annotate(annotator, () -> stopRequested).orElseThrow(Stopped::new);
    }

    private Map<String, Double> trainReward(int version, Task task) {
        Task others = task == Task.SAFETY ? Task.HELPFULNESS : Task.SAFETY;
        RewardConfig settings = rounds.training(task);
        RewardConfig based = settings.base() == null ? settings.withBase(rounds.model(0)) : settings;
        Path output = rounds.directory(version).resolve(Rounds.name(task));
        try (RunDirectory directory = RunDirectory.open(output, true);
                RewardTrainer trainer = RewardTrainer.open(
                        engine,
                        based,
                        PreferenceSource.of(rounds.learned(version, task)),
                        PreferenceSource.of(rounds.preferences(version, others)),
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
                List<ScoredPair> pairs =
                        model.scoreFitting(PreferenceCollection.read(rounds.directory(round), task, true));
                if (!pairs.isEmpty()) {
                    long correct = pairs.stream().filter(ScoredPair::correct).count();
                    metrics.put("accuracy_round_" + round, (double) correct / pairs.size());
                }
            }
        }
        return metrics;
    }

    private Map<String, Double> sample(int version) {
        List<RlPrompt> asked = rounds.pick("sampling prompts", version, config.samplingPrompts());
        Map<String, Double> metrics = new LinkedHashMap<>();
        BestOfConfig settings = config.bestOf().withSeed(rounds.samplingSeed(version));
        try (PolicyModel policy = PolicyModel.load(engine, rounds.model(version - 1), SEQUENCES);
                RewardModels rewards = RewardModels.open(engine, rounds.rewards(version), policy.tokenizer())) {
            if (!config.temperatures().isEmpty()) {
                List<RlPrompt> few = asked.subList(0, Math.min(asked.size(), config.searchPrompts()));
                TemperatureSearch.Table table = new TemperatureSearch(policy.sampler(), rewards.function(), settings)
                        .search(few, config.temperatures(), () -> stopRequested)
                        .orElseThrow(Stopped::new);
                table.write(rounds.directory(version));
                settings = settings.withTemperature(table.bestTemperature());
            }
            SampleOrigin origin = new SampleOrigin(
                    policy.fingerprint(),
                    rewards.fingerprints(),
                    rewards.threshold(),
                    ModelFingerprint.of(asked),
                    settings);
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
        Path output = rounds.directory(version).resolve("ppo");
        Path tuned = run.resolve(
                ledger.find(version, "sft").map(RoundLedger.Entry::output).orElseThrow());
        try (RunDirectory directory = RunDirectory.open(output, true);
                PpoRun ppo = PpoRun.open(
                        engine,
                        config.ppo()
                                .forRound(tuned, rounds.rewards(version), config.prompts(), rounds.ppoSeed(version)),
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
}
