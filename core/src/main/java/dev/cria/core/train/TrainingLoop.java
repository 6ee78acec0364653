package dev.cria.core.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.cria.core.Engine;
import dev.cria.core.autograd.Parameters;
import dev.cria.core.checkpoint.TrainerState;
import dev.cria.core.data.Batch;
import dev.cria.core.optim.AdamW;
import dev.cria.core.optim.CosineSchedule;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * The one training loop: accumulates gradients over batches, clips, steps AdamW along the schedule, evaluates, writes
 * checkpoints and tells the listeners. Stages differ only in the objective, the data and the configuration.
 *
 * @param <B> kind of batch
 */
public final class TrainingLoop<B extends Batch> implements AutoCloseable {
    private static final String UPDATES = "optimizer_updates";
    private static final String PROGRESS = "progress";
    private static final String HEALTH = "health";

    private final TrainingSetup<B> setup;
    private final Engine engine;
    private final AdamW optimizer;
    private final ISchedule schedule;
    private final GradientAccumulation<B> gradients;
    private final @Nullable WeightAverage average;
    private final @Nullable CheckpointWriting checkpoints;
    private final HealthMonitor health;
    private final Listeners listeners;
    private final TensorWatch tensorWatch;
    private final Progress progress = new Progress();
    private long lastCheckpointStep = -1;
    private long lastCheckpointTime = System.nanoTime();
    private @Nullable RuntimeException checkpointFailure; // of the last one, if it could not be written
    private boolean improved;
    private boolean closed;
    private volatile boolean stopRequested;

    /** Why a run ended. */
    public enum Ending {
        /** All steps are done. */
        COMPLETED,
        /** It was asked to stop and can be resumed. */
        STOPPED,
        /** {@code training.maxTokens} is reached. */
        TOKEN_BUDGET,
        /** {@code training.maxMinutes} is reached. */
        TIME_BUDGET,
        /** The held-out loss has not improved for {@code evaluation.patience} evaluations. */
        NO_IMPROVEMENT
    }

    /**
     * How a run ended.
     *
     * @param steps done since the run began
     * @param newSteps done in this sitting
     * @param lastLoss of the last step; NaN if this sitting did none
     * @param validationLoss held-out loss after the last step, where it was measured
     * @param ending why it ended
     */
    public record Result(long steps, long newSteps, double lastLoss, OptionalDouble validationLoss, Ending ending) {
        /** Whether there is nothing left to do. */
        public boolean completed() {
            return ending != Ending.STOPPED;
        }
    }

    /** A loop over what the setup names, along Llama's cosine schedule; nothing is computed yet. */
    public TrainingLoop(TrainingSetup<B> setup) {
        this(setup, CosineSchedule.of(setup.optimizer(), setup.training().steps()));
    }

    /**
     * A loop along another schedule.
     *
     * @param setup what it works with
     * @param schedule the rate of each step, asked for by iterations from 0, in epoch 0; {@code learningRate},
     *     {@code warmupSteps} and {@code finalLearningRateFraction} of the optimizer's settings do not count
     */
    public TrainingLoop(TrainingSetup<B> setup, ISchedule schedule) {
        TrainingConfig training = setup.training();
        Parameters parameters = setup.model().parameters();
        this.setup = setup;
        this.engine = setup.model().engine();
        this.optimizer = new AdamW(engine.ops(), parameters, setup.optimizer());
        this.schedule = schedule;
        this.gradients = new GradientAccumulation<>(setup);
        this.average = training.averageDecay() == 0
                ? null
                : new WeightAverage(engine.ops(), parameters, training.averageDecay());
        this.checkpoints = setup.checkpoints() == null
                ? null
                : new CheckpointWriting(setup.checkpoints(), engine.ops(), tensors());
        this.health = new HealthMonitor(training.health());
        this.listeners = new Listeners(setup.listeners());
        this.tensorWatch = new TensorWatch(engine.ops(), parameters, listeners);
    }

    /** Asks the loop to end after the present step, with a checkpoint. May be called from any thread. */
    public void requestStop() {
        stopRequested = true;
    }

    /**
     * Continues from a checkpoint whose weights the model already holds. If that fails the loop is closed.
     *
     * @throws dev.cria.core.io.InvalidFileException if the checkpoint is damaged or of another stage
     */
    public void resume(Path checkpoint) {
        try {
            TrainerState state = restore(checkpoint, true);
            setup.data().restore(state.cursor());
            if (setup.checkpoints() != null) {
                setup.checkpoints().recordChanges(state.step(), ConfigChange.between(state.config(), setup.config()));
            }
            listeners.restore(state.listenerStates());
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Trains to the end, or until asked to stop, and closes.
     *
     * @throws TrainingFailedException if too many updates in a row had to be skipped
     */
    public Result run() {
        try (TrainingLoop<B> closing = this) {
            return closing.train();
        }
    }

    /** Ends the listeners and frees what training needs beside the model; {@link #run} has done so at its end. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        try (listeners;
                tensorWatch;
                optimizer;
                average;
                checkpoints) { // closed from the last to the first
            closed = true;
        }
    }

    private Result train() {
        long begin = progress.step;
        StepReport last = null;
        listeners.onStart(progress.step, setup.training().steps());
        Optional<Ending> ending = ending();
        while (ending.isEmpty()) {
            last = trainStep();
            listeners.onStep(last);
            if (health.isHopeless()) {
                throw hopeless();
            }
            boolean rewound = last.health() == StepHealth.SPIKE && rewind();
            if (!rewound) {
                ending = ending();
                saveIfDue(ending.isPresent());
            }
        }
        finishCheckpoints();
        return new Result(
                progress.step,
                progress.step - begin,
                last == null ? Double.NaN : last.loss(),
                last == null ? OptionalDouble.empty() : last.validationLoss(),
                ending.get());
    }

    private StepReport trainStep() {
        long begin = System.nanoTime();
        optimizer.zeroGradients();
        GradientAccumulation.Sums sums = gradients.run();
        double norm = optimizer.gradientNorm();
        double rate = schedule.valueAt((int) Math.min(progress.step, Integer.MAX_VALUE), 0);
        StepHealth verdict = sums.weight() == 0 ? StepHealth.NO_TARGETS : health.judge(sums.loss(), norm);
        progress.step++;
        if (verdict == StepHealth.GOOD || verdict == StepHealth.SPIKE) {
            update(rate, norm);
        }
        progress.tokens += sums.tokens();
        double seconds = (System.nanoTime() - begin) / 1e9;
        tensorWatch.afterUpdate(progress.step);
        return new StepReport(
                progress.step,
                setup.training().steps(),
                sums.loss(),
                sums.metrics(),
                validate(),
                rate,
                norm,
                progress.tokens,
                sums.tokens() / seconds,
                sums.dataSeconds() / seconds,
                progress.elapsedSeconds(),
                verdict,
                health.skipped());
    }

    private void update(double rate, double norm) {
        tensorWatch.beforeUpdate(progress.step);
        optimizer.step(rate, norm);
        if (average != null) {
            average.update();
        }
    }

    private OptionalDouble validate() {
        Validation<B> validation = setup.validation();
        improved = false;
        if (validation == null
                || !setup.evaluation().isDue(progress.step, setup.training().steps())) {
            return OptionalDouble.empty();
        }
        double loss = validation.loss(engine);
        improved = progress.evaluated(loss, setup.evaluation().minImprovement());
        return OptionalDouble.of(loss);
    }

    private Optional<Ending> ending() {
        TrainingConfig training = setup.training();
        int patience = setup.evaluation().patience();
        if (progress.step >= training.steps()) {
            return Optional.of(Ending.COMPLETED);
        }
        if (training.maxTokens() > 0 && progress.tokens >= training.maxTokens()) {
            return Optional.of(Ending.TOKEN_BUDGET);
        }
        if (training.maxMinutes() > 0 && progress.elapsedSeconds() >= 60 * training.maxMinutes()) {
            return Optional.of(Ending.TIME_BUDGET);
        }
        if (patience > 0 && progress.evaluationsWithoutImprovement >= patience) {
            return Optional.of(Ending.NO_IMPROVEMENT);
        }
        return stopRequested ? Optional.of(Ending.STOPPED) : Optional.empty();
    }

    // ---- Checkpoints

    private void saveIfDue(boolean atEnd) {
        CheckpointWriting writing = checkpoints;
        if (writing == null || setup.checkpoints() == null) {
            return;
        }
        CheckpointConfig config = setup.checkpoints().config();
        double minutes = (System.nanoTime() - lastCheckpointTime) / 60e9;
        boolean due = config.isDue(progress.step, minutes) || (config.keepBest() && improved);
        if (due || (atEnd && lastCheckpointStep != progress.step)) {
            writing.begin(state(), progress.bestStep());
            lastCheckpointStep = progress.step;
            lastCheckpointTime = System.nanoTime();
        }
        tellOfCheckpoints(writing);
    }

    /** Waits for the last checkpoint; the run has not ended well without it. */
    private void finishCheckpoints() {
        CheckpointWriting writing = checkpoints;
        if (writing != null) {
            writing.await();
            tellOfCheckpoints(writing);
            if (checkpointFailure != null) {
                throw checkpointFailure;
            }
        }
    }

    /** Tells the listeners of finished checkpoints, and keeps why the last of them failed, if it did. */
    private void tellOfCheckpoints(CheckpointWriting writing) {
        for (CheckpointWriting.Written written : writing.drain()) {
            checkpointFailure = written.failure();
            if (written.directory() != null) {
                listeners.onCheckpoint(written.step(), written.directory());
            }
        }
    }

    private TrainingTensors tensors() {
        Parameters parameters = setup.model().parameters();
        return new TrainingTensors(
                parameters,
                parameters.values(),
                optimizer.moments(),
                Optional.ofNullable(average).map(WeightAverage::flat));
    }

    private TrainerState state() {
        Map<String, JsonNode> states = new LinkedHashMap<>(listeners.states());
        states.put(UPDATES, JsonNodeFactory.instance.numberNode(optimizer.steps()));
        states.put(PROGRESS, progress.state());
        states.put(HEALTH, health.state());
        return new TrainerState(
                setup.stage(),
                progress.step,
                progress.tokens,
                setup.data().cursor(),
                setup.training().seed(),
                progress.bestMetrics(),
                setup.config(),
                states);
    }

    /** Reads everything but the weights and the data's place. */
    private TrainerState restore(Path checkpoint, boolean newSitting) {
        TrainerState state = RunCheckpoints.resume(checkpoint, setup.stage(), setup.model(), tensors());
        Map<String, JsonNode> states = state.listenerStates();
        JsonNode updates = states.get(UPDATES);
        optimizer.resumeAt(updates == null ? state.step() : updates.asLong());
        progress.restore(state, states.getOrDefault(PROGRESS, MissingNode.getInstance()), newSitting);
        health.restore(states.getOrDefault(HEALTH, MissingNode.getInstance()));
        if (average != null) {
            average.resume(checkpoint);
        }
        lastCheckpointStep = progress.step;
        return state;
    }

    // ---- When training goes wrong

    /** Sets weights and optimizer back to the newest checkpoint and goes on with the data after the spike. */
    private boolean rewind() {
        HealthConfig config = setup.training().health();
        if (!config.rewind() || progress.rewinds >= config.maxRewinds() || checkpoints == null) {
            return false;
        }
        checkpoints.await();
        tellOfCheckpoints(checkpoints);
        Optional<Path> newest = newestCheckpoint();
        if (newest.isEmpty()) {
            return false;
        }
        long from = progress.step;
        progress.rewinds++;
        setup.model().load(newest.get());
        restore(newest.get(), false);
        listeners.onRewind(from, progress.step);
        return true;
    }

    private TrainingFailedException hopeless() {
        if (checkpoints != null) {
            checkpoints.await();
        }
        return new TrainingFailedException(
                "step %d: the loss or the gradient norm was not finite %d times in a row; %s, or make optimizer.learningRate smaller"
                        .formatted(
                                progress.step,
                                health.skippedInARow(),
                                newestCheckpoint()
                                        .map(good -> "the last good checkpoint is " + good + "; look at the data")
                                        .orElse("there is no checkpoint yet; look at the data")));
    }

    private Optional<Path> newestCheckpoint() {
        return Optional.ofNullable(setup.checkpoints()).flatMap(RunCheckpoints::newest);
    }
}
