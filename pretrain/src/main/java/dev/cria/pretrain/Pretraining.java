package dev.cria.pretrain;

import dev.cria.core.Engine;
import dev.cria.core.config.ConfigText;
import dev.cria.core.data.RaggedBatch;
import dev.cria.core.io.InvalidFileException;
import dev.cria.core.ops.backend.DeviceMemory;
import dev.cria.core.train.ConfigChange;
import dev.cria.core.train.Loss;
import dev.cria.core.train.MetricsFile;
import dev.cria.core.train.NamePatterns;
import dev.cria.core.train.Objective;
import dev.cria.core.train.RunCheckpoints;
import dev.cria.core.train.RunDirectory;
import dev.cria.core.train.TrainingListener;
import dev.cria.core.train.TrainingLoop;
import dev.cria.core.train.TrainingSetup;
import dev.cria.core.train.Validation;
import dev.cria.model.Llama;
import dev.cria.model.LlamaConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The first stage: next-token prediction on text (paper section 2). Owns the model of a run from its directory: tokens,
 * training, checkpoints.
 */
public final class Pretraining implements AutoCloseable {
    /** Name of the stage in checkpoints. */
    public static final String STAGE = "pretrain";

    private final Llama model;
    private final TrainingLoop<RaggedBatch> loop;

    private Pretraining(Llama model, TrainingLoop<RaggedBatch> loop) {
        this.model = model;
        this.loop = loop;
    }

    /** The objective: mean cross entropy of the next token, in nats. */
    public static Objective<RaggedBatch> objective(Llama model) {
        return (tape, batch) -> Loss.of(model.loss(tape, batch));
    }

    /**
     * A run, new or continued from its newest checkpoint.
     *
     * @param engine what it computes on; stays open when the run is closed
     * @param data the run's tokens and settings
     * @param run the run's directory
     * @param listeners who watches, besides the metrics file
     * @throws InvalidFileException if the run's checkpoint is damaged or holds another model
     * @throws IllegalArgumentException if the run needs more memory than the machine, or its GPU, has
     */
    public static Pretraining open(
            Engine engine, PretrainData data, RunDirectory run, List<TrainingListener> listeners) {
        return open(engine, data, run, listeners, Pretraining::objective);
    }

    /**
     * A run with a loss of one's own, new or continued from its newest checkpoint.
     *
     * @param engine what it computes on; stays open when the run is closed
     * @param data the run's tokens and settings
     * @param run the run's directory
     * @param listeners who watches, besides the metrics file
     * @param objective the loss to minimise, for the model that is trained; the held-out loss is the same
     * @throws InvalidFileException if the run's checkpoint is damaged or holds another model
     * @throws IllegalArgumentException if the run needs more memory than the machine, or its GPU, has
     */
    public static Pretraining open(
            Engine engine,
            PretrainData data,
            RunDirectory run,
            List<TrainingListener> listeners,
            Function<Llama, Objective<RaggedBatch>> objective) {
        PretrainConfig config = data.config();
        RunPlan.of(config).memory().require(DeviceMemory.bytes());
        Predicate<String> trained = config.training().trained();
        Llama model = data.checkpoint()
                .map(directory -> load(engine, directory, config.model(), trained))
                .orElseGet(() ->
                        Llama.random(engine, config.model(), config.training().seed(), trained));
        try {
            NamePatterns.check(config.training().frozen(), model.parameters());
            TrainingLoop<RaggedBatch> loop =
                    new TrainingLoop<>(setup(data, model, run, withMetrics(run, listeners), objective.apply(model)));
            data.checkpoint().ifPresent(loop::resume);
            run.writeConfig(config);
            return new Pretraining(model, loop);
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /** {@link PretrainData#prepare} and {@link #open(Engine, PretrainData, RunDirectory, List)} in one. */
    public static Pretraining open(
            Engine engine, PretrainConfig config, Corpus corpus, RunDirectory run, List<TrainingListener> listeners) {
        return open(engine, PretrainData.prepare(config, corpus, run), run, listeners);
    }

    private static Llama load(Engine engine, Path checkpoint, LlamaConfig expected, Predicate<String> trained) {
        Llama model = Llama.load(engine, checkpoint, trained);
        List<ConfigChange> changes =
                ConfigChange.between(ConfigText.toJson(model.config()), ConfigText.toJson(expected));
        if (!changes.isEmpty()) {
            model.close();
            throw new InvalidFileException(
                    checkpoint, "a run cannot change its model (%s); begin another run".formatted(changes));
        }
        return model;
    }

    private static TrainingSetup<RaggedBatch> setup(
            PretrainData data,
            Llama model,
            RunDirectory run,
            List<TrainingListener> listeners,
            Objective<RaggedBatch> objective) {
        PretrainConfig config = data.config();
        return new TrainingSetup<>(
                STAGE,
                model,
                objective,
                data.training(),
                config.data().heldOut() == 0 ? null : new Validation<>(data.heldOut(), objective),
                config.training(),
                config.optimizer(),
                config.evaluation(),
                new RunCheckpoints(run.path(), model, data.tokenizer()::save, config.checkpoint()),
                ConfigText.toJson(config),
                listeners);
    }

    private static List<TrainingListener> withMetrics(RunDirectory run, List<TrainingListener> listeners) {
        List<TrainingListener> all = new ArrayList<>(List.of(new MetricsFile(run.path())));
        all.addAll(listeners);
        return all;
    }

    /** Trains to the end, or until asked to stop. */
    public TrainingLoop.Result run() {
        return loop.run();
    }

    /** Asks the run to end after the present step, with a checkpoint. May be called from any thread. */
    public void requestStop() {
        loop.requestStop();
    }

    /** The model. */
    public Llama model() {
        return model;
    }

    /** Frees the weights, and what training needs beside them. */
    @Override
    public void close() {
        loop.close();
        model.close();
    }
}
