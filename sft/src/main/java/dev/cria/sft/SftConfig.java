package dev.cria.sft;

import dev.cria.core.optim.OptimizerConfig;
import dev.cria.core.train.CheckpointConfig;
import dev.cria.core.train.EvaluationConfig;
import dev.cria.core.train.TrainingConfig;
import dev.cria.tokenizer.ChatFormat.MarkPolicy;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A fine-tuning run.
 *
 * @param base the model to fine-tune: a model directory, checkpoint or run
 * @param data what is learned from
 * @param training seed, and a limit of steps beside the epochs
 * @param optimizer AdamW and its schedule
 * @param evaluation when to measure the held-out loss
 * @param checkpoint when to write
 */
public record SftConfig(
        @Nullable Path base,
        SftDataConfig data,
        TrainingConfig training,
        OptimizerConfig optimizer,
        EvaluationConfig evaluation,
        CheckpointConfig checkpoint) {
    private static final int NO_LIMIT = 1_000_000; // steps; more than two epochs of any chat data make

    /** The paper's settings (section 3.1): cosine from 2e-5 without warmup, weight decay 0.1, batch 64, two epochs. */
    public static SftConfig defaults() {
        return new SftConfig(
                null,
                SftDataConfig.defaults(),
                new TrainingConfig(NO_LIMIT, 1, 1, false),
                OptimizerConfig.defaults().withLearningRate(2e-5).withWarmupSteps(0),
                EvaluationConfig.defaults(),
                CheckpointConfig.defaults());
    }

    /** These settings on other files. */
    public SftConfig withInput(List<Path> files) {
        return new SftConfig(base, data.withInput(files), training, optimizer, evaluation, checkpoint);
    }

    /** These settings with another way to treat a chat format's marks. */
    public SftConfig withMarks(MarkPolicy marks) {
        return new SftConfig(base, data.withMarks(marks), training, optimizer, evaluation, checkpoint);
    }

    /** These settings from another base model. */
    public SftConfig withBase(Path model) {
        return new SftConfig(model, data, training, optimizer, evaluation, checkpoint);
    }
}
