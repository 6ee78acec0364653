package dev.cria.pretrain;

import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.config.ConfigText;
import dev.cria.core.data.RaggedBatch;
import dev.cria.core.data.TokenShards;
import dev.cria.core.io.InvalidFileException;
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
import dev.cria.tokenizer.ByteTokenizer;
import dev.cria.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
     * The tokenizer that a configuration names.
     *
     * @throws IllegalArgumentException if there is none at its path
     */
    public static Tokenizer tokenizer(DataConfig data) {
        return data.tokenizer().equals(DataConfig.BYTES)
                ? new ByteTokenizer()
                : Tokenizer.load(Path.of(data.tokenizer()));
    }

    /**
     * A run, new or continued from its newest checkpoint.
     *
     * @param engine what it computes on; stays open when the run is closed
     * @param config the settings
     * @param corpus what is learned from; read only if the run's tokens are not there yet
     * @param run the run's directory
     * @param listeners who watches, besides the metrics file
     * @throws IllegalArgumentException if the data is shorter than one context
     */
    public static Pretraining open(
            Engine engine, PretrainConfig config, Corpus corpus, RunDirectory run, List<TrainingListener> listeners) {
        DataConfig data = config.data();
        Tokenizer tokenizer = tokenizer(data);
        List<TokenShards> shards =
                RunData.open(data, corpus, tokenizer, run.path().resolve("data"));
        run.writeConfig(config);
        Optional<Path> checkpoint = Checkpoints.of(run.path()).newest();
        Predicate<String> trained =
                NamePatterns.anyOf(config.training().frozen()).negate();
        LlamaConfig sizes = modelConfig(config, tokenizer);
        Llama model = checkpoint
                .map(directory -> load(engine, directory, sizes, trained))
                .orElseGet(() -> Llama.random(engine, sizes, config.training().seed(), trained));
        NamePatterns.check(config.training().frozen(), model.parameters());
        TrainingLoop<RaggedBatch> loop =
                new TrainingLoop<>(setup(config, model, shards, tokenizer, run, withMetrics(run, listeners)));
        checkpoint.ifPresent(loop::resume);
        return new Pretraining(model, loop);
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

    /** The configured sizes, with the tokenizer's vocabulary and room for the context. */
    public static LlamaConfig modelConfig(PretrainConfig config, Tokenizer tokenizer) {
        LlamaConfig model = config.model();
        return model.withVocabulary(tokenizer.vocabSize(), tokenizer.bosId(), tokenizer.eosId())
                .withMaxPositionEmbeddings(
                        Math.max(model.maxPositionEmbeddings(), config.data().contextLength()));
    }

    private static TrainingSetup<RaggedBatch> setup(
            PretrainConfig config,
            Llama model,
            List<TokenShards> shards,
            Tokenizer tokenizer,
            RunDirectory run,
            List<TrainingListener> listeners) {
        RunData data = new RunData(config.data(), shards, config.training().seed());
        return new TrainingSetup<>(
                STAGE,
                model,
                objective(model),
                data.training(),
                config.data().heldOut() == 0 ? null : new Validation<>(data.heldOut(), objective(model)),
                config.training(),
                config.optimizer(),
                config.evaluation(),
                new RunCheckpoints(run.path(), model, tokenizer::save, config.checkpoint()),
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

    /** Frees the weights. */
    @Override
    public void close() {
        model.close();
    }
}
