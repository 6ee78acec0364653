package dev.cria.core.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.cria.core.Engine;
import dev.cria.core.autograd.Tape;
import dev.cria.core.checkpoint.TrainerState;
import dev.cria.core.data.Batch;
import dev.cria.core.optim.AdamW;
import dev.cria.core.optim.CosineSchedule;
import dev.cria.core.optim.OptimizerConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The one training loop: accumulates gradients over batches, clips, steps AdamW along the schedule, evaluates, writes
 * checkpoints and tells the listeners. Stages differ only in the objective, the data and the configuration.
 *
 * @param <B> kind of batch
 */
public final class TrainingLoop<B extends Batch> {
    static final String UPDATES = "optimizer_updates";
    private static final String ELAPSED = "elapsed_s";

    private final TrainingSetup<B> setup;
    private final Engine engine;
    private final AdamW optimizer;
    private final CosineSchedule schedule;
    private long step;
    private long tokens;
    private double elapsedBefore;
    private double bestValidationLoss = Double.POSITIVE_INFINITY;
    private volatile boolean stopRequested;

    /** How a run ended. */
    public record Result(long steps, double lastLoss, OptionalDouble validationLoss, boolean completed) {}

    /** A loop over what the setup names; nothing is computed yet. */
    public TrainingLoop(TrainingSetup<B> setup) {
        this.setup = setup;
        this.engine = setup.model().engine();
        OptimizerConfig config = setup.optimizer();
        this.optimizer = new AdamW(engine.ops(), setup.model().parameters(), config);
        this.schedule = CosineSchedule.of(config, setup.training().steps());
    }

    /** Asks the loop to end after the present step, with a checkpoint. May be called from any thread. */
    public void requestStop() {
        stopRequested = true;
    }

    /**
     * Continues from a checkpoint whose weights the model already holds.
     *
     * @throws dev.cria.core.io.InvalidFileException if the checkpoint is damaged or of another stage
     */
    public void resume(Path checkpoint) {
        TrainerState state = RunCheckpoints.resume(checkpoint, setup.stage(), setup.model(), optimizer);
        setup.data().restore(state.cursor());
        step = state.step();
        tokens = state.tokens();
        bestValidationLoss = state.bestMetrics().getOrDefault("val_loss", Double.POSITIVE_INFINITY);
        JsonNode elapsed = state.listenerStates().get(ELAPSED);
        elapsedBefore = elapsed == null ? 0 : elapsed.asDouble();
    }

    /** Trains to the end, or until asked to stop. */
    public Result run() {
        long steps = setup.training().steps();
        long begin = System.nanoTime();
        StepReport last = null;
        try (AdamW closing = optimizer;
                Listeners listeners = new Listeners(setup.listeners())) {
            listeners.onStart(step, steps);
            while (step < steps && !stopRequested) {
                last = trainStep(begin);
                listeners.onStep(last);
                if (setup.checkpoints() != null && (setup.checkpoints().isDue(step, steps) || stopRequested)) {
                    listeners.onCheckpoint(step, setup.checkpoints().save(state(begin), closing));
                }
            }
        }
        return new Result(
                step,
                last == null ? Double.NaN : last.loss(),
                last == null ? OptionalDouble.empty() : last.validationLoss(),
                step >= steps);
    }

    private StepReport trainStep(long begin) {
        long stepBegin = System.nanoTime();
        optimizer.zeroGradients();
        StepSums sums = accumulateGradients();
        double norm = optimizer.gradientNorm();
        double rate = schedule.rate(step);
        if (Double.isFinite(norm) && Double.isFinite(sums.loss)) {
            optimizer.step(rate, norm);
        }
        step++;
        tokens += sums.tokens;
        double stepSeconds = seconds(stepBegin);
        return new StepReport(
                step,
                setup.training().steps(),
                sums.loss,
                sums.metrics,
                validate(),
                rate,
                norm,
                tokens,
                sums.tokens / stepSeconds,
                elapsedBefore + seconds(begin));
    }

    /** Sums over the batches of one step, means weighed by the batches' weights. */
    private static final class StepSums {
        double loss;
        long tokens;
        final Map<String, Double> metrics = new LinkedHashMap<>();
    }

    private StepSums accumulateGradients() {
        List<B> batches = new ArrayList<>();
        double total = 0;
        for (int i = 0; i < setup.training().accumulation(); i++) {
            B batch = setup.data().next();
            batches.add(batch);
            total += batch.weight();
        }
        Tape.Mode mode = setup.training().activationCheckpointing() ? Tape.Mode.CHECKPOINTING : Tape.Mode.RECORDING;
        StepSums sums = new StepSums();
        for (B batch : batches) {
            double share = batch.weight() / total;
            try (Tape tape = engine.tape(mode, share)) {
                Loss loss = setup.objective().loss(tape, batch);
                tape.backward(loss.value());
                sums.loss += share * loss.value().value();
                sums.tokens += batch.tokenCount();
                loss.metrics().forEach((name, mean) -> sums.metrics.merge(name, share * mean, Double::sum));
            }
        }
        return sums;
    }

    private OptionalDouble validate() {
        Validation<B> validation = setup.validation();
        if (validation == null
                || !setup.evaluation().isDue(step, setup.training().steps())) {
            return OptionalDouble.empty();
        }
        double loss = validation.loss(engine);
        bestValidationLoss = Math.min(bestValidationLoss, loss);
        return OptionalDouble.of(loss);
    }

    private TrainerState state(long begin) {
        Map<String, Double> best =
                Double.isFinite(bestValidationLoss) ? Map.of("val_loss", bestValidationLoss) : Map.of();
        JsonNodeFactory json = JsonNodeFactory.instance;
        return new TrainerState(
                setup.stage(),
                step,
                tokens,
                setup.data().cursor(),
                setup.training().seed(),
                best,
                setup.config(),
                Map.of(
                        UPDATES,
                        json.numberNode(optimizer.steps()),
                        ELAPSED,
                        json.numberNode(elapsedBefore + seconds(begin))));
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    /** The listeners as one. */
    private record Listeners(List<TrainingListener> all) implements TrainingListener {
        @Override
        public void onStart(long stepsDone, long totalSteps) {
            all.forEach(listener -> listener.onStart(stepsDone, totalSteps));
        }

        @Override
        public void onStep(StepReport report) {
            all.forEach(listener -> listener.onStep(report));
        }

        @Override
        public void onCheckpoint(long step, Path directory) {
            all.forEach(listener -> listener.onCheckpoint(step, directory));
        }

        @Override
        public void close() {
            all.forEach(TrainingListener::close);
        }
    }
}
