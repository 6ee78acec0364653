package dev.cria.sft;

import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.config.ConfigText;
import dev.cria.core.data.RaggedBatch;
import dev.cria.core.ops.backend.DeviceMemory;
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
import dev.cria.model.TrainingMemory;
import dev.cria.tokenizer.ChatFormat;
import dev.cria.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Supervised fine-tuning on chats (paper section 3.1): next-token prediction whose loss is that of the assistant's tokens
 * alone. Owns the model of a run.
 */
public final class FineTuning implements AutoCloseable {
    /** Name of the stage in checkpoints. */
    public static final String STAGE = "sft";

    /** Name of the file in a run directory that says what became of the conversations. */
    public static final String COUNTS = "data.json";

    /** Name of the file in a run directory with answers to held-out questions, a JSON object a line. */
    public static final String ANSWERS = "answers.jsonl";

    private static final Logger LOG = LoggerFactory.getLogger(FineTuning.class);

    private final BaseModel base;
    private final SftData data;
    private final TrainingLoop<RaggedBatch> loop;

    private FineTuning(BaseModel base, SftData data, TrainingLoop<RaggedBatch> loop) {
        this.base = base;
        this.data = data;
        this.loop = loop;
    }

    /** The objective: mean cross entropy of the learned tokens, in nats. */
    public static Objective<RaggedBatch> objective(Llama model) {
        return (tape, batch) -> Loss.of(model.loss(tape, batch));
    }

    /** A run on the files that the configuration names, new or continued from its newest checkpoint. */
    public static FineTuning open(Engine engine, SftConfig config, RunDirectory run, List<TrainingListener> listeners) {
        if (config.data().input().isEmpty()) {
            throw new IllegalArgumentException("data.input names no chat data to learn from");
        }
        return open(engine, config, ChatSource.files(config.data().input()), run, listeners);
    }

    /**
     * A run, new or continued from its newest checkpoint.
     *
     * @param engine what it computes on; stays open when the run is closed
     * @param config the settings
     * @param source what is learned from
     * @param run the run's directory
     * @param listeners who watches, besides the metrics file
     * @throws IllegalArgumentException if the base model or the data cannot be used
     */
    public static FineTuning open(
            Engine engine, SftConfig config, ChatSource source, RunDirectory run, List<TrainingListener> listeners) {
        return open(engine, config, source, run, listeners, FineTuning::objective);
    }

    /**
     * A run with a loss of one's own, new or continued from its newest checkpoint.
     *
     * @param engine what it computes on; stays open when the run is closed
     * @param config the settings
     * @param source what is learned from
     * @param run the run's directory
     * @param listeners who watches, besides the metrics file
     * @param objective the loss to minimise, for the model that is trained; the held-out loss is the same
     * @throws IllegalArgumentException if the base model or the data cannot be used, or the run needs more memory than there is
     */
    public static FineTuning open(
            Engine engine,
            SftConfig config,
            ChatSource source,
            RunDirectory run,
            List<TrainingListener> listeners,
            Function<Llama, Objective<RaggedBatch>> objective) {
        Optional<Path> checkpoint = Checkpoints.of(run.path()).newest();
        BaseModel base = BaseModel.load(
                engine,
                checkpoint.orElseGet(() -> baseOf(config)),
                config.data(),
                config.training().trained());
        try {
            NamePatterns.check(config.training().frozen(), base.model().parameters());
            SftData data = SftData.prepare(
                    config, source, base.format(), base.model().config().maxPositionEmbeddings());
            LOG.info("{}", data.counts().summary());
            TrainingMemory.of(
                            base.model().config(), data.batches().mostTokens(), config.training(), config.checkpoint())
                    .require(DeviceMemory.bytes());
            run.writeConfig(config);
            data.writeCounts(run.path());
            TrainingLoop<RaggedBatch> loop =
                    new TrainingLoop<>(setup(config, base, data, run, listeners, objective.apply(base.model())));
            checkpoint.ifPresent(loop::resume);
            return new FineTuning(base, data, loop);
        } catch (RuntimeException e) {
            base.model().close();
            throw e;
        }
    }

    private static Path baseOf(SftConfig config) {
        Path path = config.base();
        if (path == null) {
            throw new IllegalArgumentException("base names no model to fine-tune; give a model directory or a run");
        }
        return Checkpoints.resolve(path);
    }

    private static TrainingSetup<RaggedBatch> setup(
            SftConfig config,
            BaseModel base,
            SftData data,
            RunDirectory run,
            List<TrainingListener> listeners,
            Objective<RaggedBatch> objective) {
        Llama model = base.model();
        ChatBatches batches = data.batches();
        int accumulation = config.training().accumulation();
        long epochSteps = (batches.batches(config.data().epochs()) + accumulation - 1) / accumulation;
        long steps = Math.min(config.training().steps(), epochSteps);
        List<TrainingListener> all = new ArrayList<>(List.of(new MetricsFile(run.path())));
        if (config.data().answerSamples() > 0 && !data.heldOut().isEmpty()) {
            all.add(new AnswerSamples(
                    run.path(), base, data.samples(config.data().answerSamples())));
        }
        all.addAll(listeners);
        return new TrainingSetup<>(
                STAGE,
                model,
                objective,
                batches,
                data.heldOut().isEmpty() ? null : new Validation<>(data.heldOut(), objective),
                config.training().withSteps(steps),
                config.optimizer(),
                config.evaluation(),
                new RunCheckpoints(
                        run.path(), model, directory -> saveCompanions(base, directory), config.checkpoint()),
                ConfigText.toJson(config),
                all);
    }

    private static void saveCompanions(BaseModel base, Path directory) {
        base.tokenizer().save(directory);
        base.format().save(directory);
    }

    /** Trains to the end, or until asked to stop. */
    public TrainingLoop.Result run() {
        return loop.run();
    }

    /** Asks the run to end after the present step, with a checkpoint. May be called from any thread. */
    public void requestStop() {
        loop.requestStop();
    }

    /** What became of the conversations. */
    public RowCounts counts() {
        return data.counts();
    }

    /** The model. */
    public Llama model() {
        return base.model();
    }

    /** The model's tokenizer. */
    public Tokenizer tokenizer() {
        return base.tokenizer();
    }

    /** The model's chat format. */
    public ChatFormat format() {
        return base.format();
    }

    /** Frees the weights, and what training needs beside them. */
    @Override
    public void close() {
        loop.close();
        base.model().close();
    }
}
