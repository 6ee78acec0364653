package dev.cria.rlhf.ppo;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cria.core.autograd.Tape;
import dev.cria.core.checkpoint.TrainerState;
import dev.cria.core.config.ConfigText;
import dev.cria.core.io.InvalidFileException;
import dev.cria.core.optim.AdamW;
import dev.cria.core.optim.CosineSchedule;
import dev.cria.core.random.CounterRandom;
import dev.cria.core.train.ConfigChange;
import dev.cria.core.train.Listeners;
import dev.cria.core.train.RunCheckpoints;
import dev.cria.core.train.StepHealth;
import dev.cria.core.train.StepReport;
import dev.cria.core.train.TrainingFailedException;
import dev.cria.core.train.TrainingLoop.Ending;
import dev.cria.core.train.TrainingLoop.Result;
import dev.cria.rlhf.sampling.AnswerSampler;
import dev.cria.rlhf.sampling.ModelFingerprint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Proximal policy optimization (paper section 3.2.3): the policy answers a batch of prompts; each answer gets its reward, and
 * each token the penalty for leaving the reference; then policy and value model take one gradient step per mini-batch. A run
 * can be stopped after the answers or after any gradient step, and goes on from there to the same bits.
 */
public final class PpoTrainer implements AutoCloseable {
    /** Name of the stage in checkpoints. */
    public static final String STAGE = "ppo";

    private static final Logger LOG = LoggerFactory.getLogger(PpoTrainer.class);

    private final PpoSetup setup;
    private final PpoConfig config;
    private final AdamW policyOptimizer;
    private final AdamW valueOptimizer;
    private final CosineSchedule policySchedule;
    private final CosineSchedule valueSchedule;
    private final RolloutCollector collector;
    private final PpoUpdate update;
    private final HeldOut heldOut;
    private final Listeners listeners;
    private final @Nullable PpoCheckpoints checkpoints;
    private final @Nullable HeldOutAnswers answers;
    private final long begin = System.nanoTime();
    private PpoState state;
    private double earlierSeconds;
    private long lastSaved = -1;
    private int pauseAfter = -1;
    private volatile boolean stopRequested;

    /** A trainer at the start of a run; nothing is computed yet. */
    public PpoTrainer(PpoSetup setup) {
        this.setup = setup;
        this.config = setup.config();
        PpoModels models = setup.models();
        this.policyOptimizer =
                new AdamW(models.policy().engine().ops(), models.policy().parameters(), config.optimizer());
        this.valueOptimizer =
                new AdamW(models.value().engine().ops(), models.value().parameters(), config.valueOptimizer());
        long steps = config.training().iterations() * config.updates();
        this.policySchedule = CosineSchedule.of(config.optimizer(), steps);
        this.valueSchedule = CosineSchedule.of(config.valueOptimizer(), steps);
        AnswerSampler sampler = new AnswerSampler(setup.generator(), setup.encoder());
        long seed = config.training().seed();
        this.collector =
                new RolloutCollector(models, sampler, setup.rewards(), setup.prompts(), config.rollout(), seed);
        this.heldOut = new HeldOut(
                setup.heldOut(),
                sampler,
                setup.rewards(),
                setup.judge(),
                config.rollout().maxTokens(),
                seed);
        this.update = new PpoUpdate(
                models,
                policyOptimizer,
                valueOptimizer,
                config.update(),
                config.training().activationCheckpointing() ? Tape.Mode.CHECKPOINTING : Tape.Mode.RECORDING);
        this.listeners = new Listeners(setup.listeners());
        Path run = setup.run();
        this.checkpoints = run == null
                ? null
                : new PpoCheckpoints(
                        run, models, policyOptimizer, valueOptimizer, setup.companions(), config.checkpoint());
        this.answers =
                run == null ? null : new HeldOutAnswers(run, config.data().answerSamples());
        this.state = PpoState.begin(config.kl().beta(), setup.reference());
    }

    /** Asks the run to end after the present rollout or gradient step, with a checkpoint. May be called from any thread. */
    public void requestStop() {
        stopRequested = true;
    }

    /** Asks the run to end after so many more rollouts and gradient steps, counted together. */
    void requestStopAfter(int units) {
        pauseAfter = units;
    }

    /**
     * Continues from a checkpoint whose weights the policy and the value model already hold.
     *
     * @throws InvalidFileException if the checkpoint is damaged or of another kind of run, or its reference, prompts or seed
     *     were others
     */
    public void resume(Path checkpoint) {
        PpoCheckpoints writing = checkpoints;
        if (writing == null) {
            throw new IllegalStateException("a run without a directory has nothing to go on from");
        }
        TrainerState trainer = writing.restore(checkpoint);
        state = PpoState.read(checkpoint);
        if (!state.reference().equals(setup.reference())) {
            throw new InvalidFileException(
                    checkpoint,
                    "the run's reference had fingerprint %s, the one given now has %s; go on with the same reference"
                            .formatted(state.reference(), setup.reference()));
        }
        List<ConfigChange> changes = ConfigChange.between(trainer.config(), ConfigText.toJson(config));
        requireSameRun(checkpoint, trainer, changes);
        writing.resume(checkpoint, state);
        RunCheckpoints.recordChanges(requireNonNull(setup.run()), state.iterations(), changes);
        earlierSeconds = state.elapsedSeconds();
        lastSaved = state.rollouts().isEmpty() ? state.iterations() : -1;
        listeners.restore(trainer.listenerStates());
    }

    /** Prompts are drawn by seed and iteration; answers at hand were drawn by the settings of rollouts. */
    private void requireSameRun(Path checkpoint, TrainerState trainer, List<ConfigChange> changes) {
        boolean midway = !state.rollouts().isEmpty();
        List<ConfigChange> refused = changes.stream()
                .filter(change -> change.key().equals("training.seed")
                        || (midway && change.key().startsWith("rollout.")))
                .toList();
        if (!refused.isEmpty()) {
            throw new InvalidFileException(
                    checkpoint,
                    "a run cannot change its seed, nor its rollouts in the middle of an iteration (%s)"
                            .formatted(refused));
        }
        JsonNode prompts = trainer.cursor().path(PpoCheckpoints.PROMPTS); // missing from checkpoints of early versions
        if (prompts.isTextual() && !prompts.textValue().equals(ModelFingerprint.of(setup.prompts()))) {
            throw new InvalidFileException(
                    checkpoint, "the run learned from other prompts; go on with the same, or begin another run");
        }
    }

    /**
     * Trains to the end, or until asked to stop.
     *
     * @throws TrainingFailedException if a self-check fails, or a loss is not a number
     */
    public Result run() {
        long first = state.iterations();
        listeners.onStart(first, config.training().iterations());
        if (answers != null) {
            answers.keepUpTo(first);
        }
        Optional<Ending> ending = ending();
        double lastLoss = Double.NaN;
        while (ending.isEmpty()) {
            ending = iterate();
            if (ending.isEmpty()) {
                StepReport report = finishIteration();
                lastLoss = report.loss();
                ending = ending();
                saveIfDue(ending.isPresent());
            } else {
                save();
            }
        }
        long done = state.iterations();
        return new Result(done, done - first, lastLoss, OptionalDouble.empty(), ending.get());
    }

    /** Answers and gradient steps of an iteration, or what is left of them; says so if the run is to end in the middle. */
    private Optional<Ending> iterate() {
        if (state.rollouts().isEmpty()) {
            collect();
            if (mustPause()) {
                return Optional.of(Ending.STOPPED);
            }
        }
        Experience experience = experience();
        while (state.updates() < config.updates()) {
            learn(experience);
            if (state.updates() < config.updates() && mustPause()) {
                return Optional.of(Ending.STOPPED);
            }
        }
        return Optional.empty();
    }

    private boolean mustPause() {
        pauseAfter = Math.max(-1, pauseAfter - 1);
        stopRequested |= pauseAfter == 0;
        return stopRequested;
    }

    private void collect() {
        long start = System.nanoTime();
        RolloutCollector.Collected collected = collector.collect(state.iterations());
        state = state.withRollouts(collected.rollouts(), seconds(start));
        if (state.iterations() == 0 && config.training().selfChecks()) {
            check(collected);
        }
    }

    private void check(RolloutCollector.Collected collected) {
        SelfChecks checks = new SelfChecks(config.training().precision());
        checks.sampling(collected);
        if (setup.selfReference()) {
            SelfChecks.divergence(collected.rollouts());
        }
        Experience experience = experience();
        SelfChecks.rewards(experience, state.beta());
        checks.batchInvariance(setup.rewards(), collected.answers(), collected.rollouts());
        checks.ratio(update.gradients(experience.pick(miniBatch(0))));
    }

    private Experience experience() {
        return Experience.of(state.rollouts(), state.beta(), config.score(), config.update());
    }

    private void learn(Experience experience) {
        long start = System.nanoTime();
        long step = state.iterations() * config.updates() + state.updates();
        try {
            UpdateStatistics statistics = update.step(
                    experience.pick(miniBatch(state.updates())), policyRate(step), valueSchedule.rate(step));
            state = state.withUpdate(statistics, policyOptimizer.steps(), valueOptimizer.steps(), seconds(start));
        } catch (PpoUpdate.NotFiniteException e) {
            throw new TrainingFailedException("iteration %d: %s; %smake optimizer.learningRate smaller"
                    .formatted(
                            state.iterations() + 1,
                            e.getMessage(),
                            lastSaved < 0 ? "" : "the checkpoint of iteration " + lastSaved + " is good; "));
        }
    }

    /** The policy's rate at a gradient step; 0 while the value model warms up. */
    private double policyRate(long step) {
        boolean warmingUp = state.iterations() < config.training().valueWarmup();
        return warmingUp ? 0 : policySchedule.rate(step);
    }

    /** Which answers a gradient step learns from: each epoch takes all of them once, in an order of its own. */
    private int[] miniBatch(int number) {
        int size = config.update().miniBatchSize();
        int answersCount = config.rollout().batchSize();
        int perEpoch = (answersCount + size - 1) / size;
        long epoch = state.iterations() * config.update().epochs() + number / perEpoch;
        int[] order = CounterRandom.of(config.training().seed(), "mini-batches", epoch)
                .permutation(answersCount);
        int from = number % perEpoch * size;
        return Arrays.copyOfRange(order, from, Math.min(answersCount, from + size));
    }

    private StepReport finishIteration() {
        Experience experience = experience();
        double rate = policyRate(state.iterations() * config.updates());
        UpdateStatistics statistics = state.statistics();
        Map<String, Double> metrics = new LinkedHashMap<>(IterationMetrics.of(experience, statistics, state.beta()));
        double rolloutSeconds = state.rolloutSeconds();
        double seconds = rolloutSeconds + state.updateSeconds();
        metrics.put("rollout_s", rolloutSeconds);
        metrics.put("update_s", state.updateSeconds());
        double beta = config.kl()
                .next(
                        state.beta(),
                        metrics.getOrDefault("kl", 0.0),
                        experience.rollouts().size());
        state = state.nextIteration(beta, experience.tokens(), elapsed());
        evaluate(metrics);
        StepReport report = new StepReport(
                state.iterations(),
                config.training().iterations(),
                statistics.perToken(statistics.policyLoss()),
                metrics,
                OptionalDouble.empty(),
                rate,
                statistics.perStep(statistics.gradientNorm()),
                state.tokens(),
                experience.tokens() / seconds,
                rolloutSeconds / seconds,
                elapsed(),
                StepHealth.GOOD,
                0);
        listeners.onStep(report);
        return report;
    }

    private void evaluate(Map<String, Double> metrics) {
        if (heldOut.isEmpty()
                || !config.evaluation()
                        .isDue(state.iterations(), config.training().iterations())) {
            return;
        }
        HeldOut.Answered answered;
        try {
            answered = heldOut.evaluate(state.iterations());
        } catch (RuntimeException e) { // whatever a user's judge may throw
            LOG.warn("the held-out prompts could not be judged, training goes on: {}", e.getMessage());
            return;
        }
        HeldOutResult result = answered.result();
        metrics.put("held_out_reward", result.reward());
        result.parts().forEach((name, mean) -> metrics.put("held_out_" + name, mean));
        Double judge = result.judge();
        if (judge != null) {
            metrics.put("held_out_judge", judge);
        }
        List<HeldOutResult> all = new ArrayList<>(state.evaluations());
        all.add(result);
        state = state.withEvaluations(all);
        RewardHacking.warning(all).ifPresent(LOG::warn);
        if (answers != null) {
            answers.write(answered);
        }
    }

    private Optional<Ending> ending() {
        PpoTrainingConfig training = config.training();
        if (state.iterations() >= training.iterations()) {
            return Optional.of(Ending.COMPLETED);
        }
        if (training.maxMinutes() > 0 && elapsed() >= 60 * training.maxMinutes()) {
            return Optional.of(Ending.TIME_BUDGET);
        }
        int patience = config.evaluation().patience();
        if (patience > 0
                && HeldOutResult.withoutImprovement(
                                state.evaluations(), config.evaluation().minImprovement())
                        >= patience) {
            return Optional.of(Ending.NO_IMPROVEMENT);
        }
        return mustPause() ? Optional.of(Ending.STOPPED) : Optional.empty();
    }

    private void saveIfDue(boolean atEnd) {
        long every = config.checkpoint().everySteps();
        boolean due = every > 0 && state.iterations() % every == 0;
        boolean best = config.checkpoint().keepBest()
                && HeldOutResult.best(state.evaluations()).stream()
                        .anyMatch(result -> result.iteration() == state.iterations());
        if (due || best || (atEnd && lastSaved != state.iterations())) {
            save();
        }
    }

    private void save() {
        PpoCheckpoints writing = checkpoints;
        if (writing != null) {
            JsonNode resolved = ConfigText.toJson(config);
            state = state.at(elapsed());
            String prompts = ModelFingerprint.of(setup.prompts());
            Path directory = writing.save(state, prompts, config.training().seed(), resolved, listeners.states());
            lastSaved = state.iterations();
            listeners.onCheckpoint(state.iterations(), directory);
        }
    }

    private double elapsed() {
        return earlierSeconds + seconds(begin);
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    /** Frees the optimizers; the models stay open. */
    @Override
    public void close() {
        try (valueOptimizer;
                policyOptimizer) {
            listeners.close();
        }
    }
}
