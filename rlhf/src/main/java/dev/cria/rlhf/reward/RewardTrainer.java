package dev.cria.rlhf.reward;

import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.config.ConfigText;
import dev.cria.core.ops.backend.DeviceMemory;
import dev.cria.core.train.MetricsFile;
import dev.cria.core.train.NamePatterns;
import dev.cria.core.train.RunCheckpoints;
import dev.cria.core.train.RunDirectory;
import dev.cria.core.train.TrainingListener;
import dev.cria.core.train.TrainingLoop;
import dev.cria.core.train.TrainingSetup;
import dev.cria.core.train.Validation;
import dev.cria.model.TrainingMemory;
import dev.cria.rlhf.preference.PreferenceBatch;
import dev.cria.rlhf.preference.PreferenceBatches;
import dev.cria.rlhf.preference.PreferenceSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Training of a reward model from a chat model and comparisons (paper section 3.2.2). Owns the model of a run. */
public final class RewardTrainer implements AutoCloseable {
    /** Name of the stage in checkpoints. */
    public static final String STAGE = "reward";

    private static final Logger LOG = LoggerFactory.getLogger(RewardTrainer.class);

    private final Path run;
    private final RewardModel model;
    private final RewardData data;
    private final TrainingLoop<PreferenceBatch> loop;
    private @Nullable RewardEvaluation evaluation;

    private RewardTrainer(Path run, RewardModel model, RewardData data, TrainingLoop<PreferenceBatch> loop) {
        this.run = run;
        this.model = model;
        this.data = data;
        this.loop = loop;
    }

    /** A run on the files that the configuration names, new or continued from its newest checkpoint. */
    public static RewardTrainer open(
            Engine engine, RewardConfig config, RunDirectory run, List<TrainingListener> listeners) {
        if (config.data().input().isEmpty()) {
            throw new IllegalArgumentException("data.input names no comparisons to learn from");
        }
        return open(
                engine,
                config,
                PreferenceSource.files(config.data().input()),
                PreferenceSource.files(config.data().others()),
                run,
                listeners);
    }

    /**
     * A run, new or continued from its newest checkpoint.
     *
     * @param engine what it computes on; stays open when the run is closed
     * @param config the settings
     * @param own what is learned from, all of it
     * @param others what a part is mixed in of
     * @param run the run's directory
     * @param listeners who watches, besides the metrics file
     * @throws IllegalArgumentException if the base model or the data cannot be used, or the run needs more memory than there is
     */
    public static RewardTrainer open(
            Engine engine,
            RewardConfig config,
            PreferenceSource own,
            PreferenceSource others,
            RunDirectory run,
            List<TrainingListener> listeners) {
        Optional<Path> checkpoint = Checkpoints.of(run.path()).newest();
        RewardModel model = checkpoint
                .map(directory -> RewardModel.load(
                        engine,
                        directory,
                        config.data().marks(),
                        config.training().trained()))
                .orElseGet(() -> begin(engine, config));
        try {
            NamePatterns.check(config.training().frozen(), model.model().parameters());
            int maxPositions = model.model().config().maxPositionEmbeddings();
            RewardData data = RewardData.prepare(config, own, others, model.format(), maxPositions);
            data.summary().lines().forEach(LOG::info);
            TrainingMemory.ofScalar(
                            model.model().config(), data.batches().mostTokens(), config.training(), config.checkpoint())
                    .require(DeviceMemory.bytes());
            run.writeConfig(config);
            TrainingLoop<PreferenceBatch> loop = new TrainingLoop<>(setup(config, model, data, run, listeners));
            checkpoint.ifPresent(loop::resume);
            return new RewardTrainer(run.path(), model, data, loop);
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    private static RewardModel begin(Engine engine, RewardConfig config) {
        Path base = config.base();
        if (base == null) {
            throw new IllegalArgumentException(
                    "base names no chat model to begin with; give a model directory or a run");
        }
        return RewardModel.fromChat(
                engine,
                Checkpoints.resolve(base),
                config.data().marks(),
                config.headDeviation(),
                config.training().seed(),
                config.training().trained());
    }

    private static TrainingSetup<PreferenceBatch> setup(
            RewardConfig config,
            RewardModel model,
            RewardData data,
            RunDirectory run,
            List<TrainingListener> listeners) {
        int accumulation = config.training().accumulation();
        long epochSteps = (data.batches().batches(config.data().epochs()) + accumulation - 1) / accumulation;
        long steps = Math.min(config.training().steps(), epochSteps);
        RewardObjective objective = new RewardObjective(
                model.model(),
                config.loss().margin(),
                config.safetyWeight(),
                config.loss().centering());
        // Held-out data may lack safety labels, and margins differ between runs: the plain ranking loss compares.
        RewardObjective ranking = new RewardObjective(model.model(), Margin.NONE, 0, 0);
        List<TrainingListener> all = new ArrayList<>(List.of(new MetricsFile(run.path())));
        all.addAll(listeners);
        return new TrainingSetup<>(
                STAGE,
                model.model(),
                objective,
                data.batches(),
                data.heldOut().isEmpty()
                        ? null
                        : new Validation<>(
                                PreferenceBatches.inOrder(
                                        data.heldOut(), config.data().batchSize()),
                                ranking),
                config.training().withSteps(steps),
                config.optimizer().withWarmupSteps(config.warmupSteps(steps)),
                config.evaluation(),
                new RunCheckpoints(run.path(), model.model(), model::saveCompanions, config.checkpoint()),
                ConfigText.toJson(config),
                all);
    }

    /** Trains to the end, or until asked to stop; at the end the model is evaluated into {@link RewardEvaluation#FILE}. */
    public TrainingLoop.Result run() {
        TrainingLoop.Result result = loop.run();
        // A run that died between its last checkpoint and its evaluation has no step left to do.
        boolean isDue = result.newSteps() > 0 || !Files.exists(run.resolve(RewardEvaluation.FILE));
        if (result.completed() && isDue && !data.heldOut().isEmpty()) {
            evaluation = RewardEvaluation.of(model.scorePairs(data.heldOut()));
            evaluation.write(run);
        }
        return result;
    }

    /** The trained model's agreement with the held-out comparisons, if this sitting completed the run or found it unmeasured. */
    public Optional<RewardEvaluation> evaluation() {
        return Optional.ofNullable(evaluation);
    }

    /** Asks the run to end after the present step, with a checkpoint. May be called from any thread. */
    public void requestStop() {
        loop.requestStop();
    }

    /** What became of the comparisons, in lines for people. */
    public String summary() {
        return data.summary();
    }

    /** The model. */
    public RewardModel model() {
        return model;
    }

    /** Frees the weights, and what training needs beside them. */
    @Override
    public void close() {
        loop.close();
        model.close();
    }
}
