package dev.cria.pretrain;

import dev.cria.core.optim.OptimizerConfig;
import dev.cria.core.train.CheckpointConfig;
import dev.cria.core.train.EvaluationConfig;
import dev.cria.core.train.TrainingConfig;
import dev.cria.model.LlamaConfig;
import java.nio.file.Path;
import java.util.List;

/**
 * A pretraining run.
 *
 * @param model sizes; whatever they say, the vocabulary is the tokenizer's
 * @param data what is learned from
 * @param training length and seed
 * @param optimizer AdamW and its schedule
 * @param evaluation when to measure the held-out loss
 * @param checkpoint when to write
 */
public record PretrainConfig(
        LlamaConfig model,
        DataConfig data,
        TrainingConfig training,
        OptimizerConfig optimizer,
        EvaluationConfig evaluation,
        CheckpointConfig checkpoint) {
    /** A small model that learns text on two cores in minutes. */
    public static PretrainConfig defaults() {
        return new PretrainConfig(
                LlamaConfig.defaults(),
                DataConfig.defaults(),
                TrainingConfig.defaults(),
                OptimizerConfig.defaults().withLearningRate(1e-3).withWarmupSteps(100),
                EvaluationConfig.defaults(),
                CheckpointConfig.defaults());
    }

    /** These settings for another model. */
    public PretrainConfig withModel(LlamaConfig other) {
        return new PretrainConfig(other, data, training, optimizer, evaluation, checkpoint);
    }

    /** These settings on other files. */
    public PretrainConfig withInput(List<Path> files) {
        return new PretrainConfig(model, data.withInput(files), training, optimizer, evaluation, checkpoint);
    }
}
