package dev.cria.rlhf.ppo;

import dev.cria.core.config.Presets;
import dev.cria.core.optim.OptimizerConfig;
import dev.cria.core.train.EvaluationConfig;
import dev.cria.rlhf.sampling.RewardModelsConfig;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A run of proximal policy optimization. The defaults are the paper's settings (section 3.2.3) where it states them; what it
 * leaves open says so at its key.
 *
 * @param policy the model to train: a model directory, checkpoint or run
 * @param reference the model not to go too far from; by default what {@code policy} names
 * @param value the reward model that the value model starts from; by default the helpfulness model
 * @param data the prompts
 * @param reward what answers are rewarded for
 * @param score how a reward becomes a score
 * @param rollout how the policy answers
 * @param kl the penalty for leaving the reference
 * @param update how the models learn
 * @param training length and seed
 * @param optimizer the policy's AdamW; its schedule counts gradient steps
 * @param valueOptimizer the value model's (open in the paper: 1e-5)
 * @param evaluation when held-out prompts are answered, counted in iterations, and when that ends the run
 * @param checkpoint when to write, counted in iterations
 */
public record PpoConfig(
        @Nullable Path policy,
        @Nullable Path reference,
        @Nullable Path value,
        PpoDataConfig data,
        RewardModelsConfig reward,
        ScoreConfig score,
        RolloutConfig rollout,
        KlConfig kl,
        UpdateConfig update,
        PpoTrainingConfig training,
        OptimizerConfig optimizer,
        OptimizerConfig valueOptimizer,
        EvaluationConfig evaluation,
        PpoCheckpointConfig checkpoint) {
    private static final Presets PRESETS =
            Presets.resources(PpoConfig.class, "presets", "llama2-7b", "llama2-13b", "llama2-34b", "llama2-70b");

    /** The paper's settings for its smaller models. */
    public static PpoConfig defaults() {
        return new PpoConfig(
                null,
                null,
                null,
                PpoDataConfig.defaults(),
                RewardModelsConfig.defaults(),
                ScoreConfig.defaults(),
                RolloutConfig.defaults(),
                KlConfig.defaults(),
                UpdateConfig.defaults(),
                PpoTrainingConfig.defaults(),
                constant(1e-6),
                constant(1e-5),
                new EvaluationConfig(10, 0, 0),
                PpoCheckpointConfig.defaults());
    }

    /** The published settings by model size, for {@code preset}. */
    public static Presets presets() {
        return PRESETS;
    }

    /** AdamW with betas 0.9 and 0.95, eps 1e-5, weight decay 0.1, clipping at 1, and a constant rate. */
    private static OptimizerConfig constant(double rate) {
        OptimizerConfig base = OptimizerConfig.defaults();
        return new OptimizerConfig(
                rate,
                0,
                1,
                base.beta1(),
                base.beta2(),
                base.eps(),
                base.weightDecay(),
                base.decayVectors(),
                base.maxGradNorm());
    }

    /** These settings on other files. */
    public PpoConfig withInput(List<Path> files) {
        return new PpoConfig(
                policy,
                reference,
                value,
                data.withInput(files),
                reward,
                score,
                rollout,
                kl,
                update,
                training,
                optimizer,
                valueOptimizer,
                evaluation,
                checkpoint);
    }

    /** These settings for another policy, which is its own reference, with other reward models, prompts and seed. */
    public PpoConfig forRound(Path model, RewardModelsConfig rewards, List<Path> files, long seed) {
        return new PpoConfig(
                model,
                null,
                null,
                data.withInput(files),
                rewards,
                score,
                rollout,
                kl,
                update,
                training.withSeed(seed),
                optimizer,
                valueOptimizer,
                evaluation,
                checkpoint);
    }

    /** Gradient steps of an iteration. */
    int updates() {
        int miniBatches = (rollout.batchSize() + update.miniBatchSize() - 1) / update.miniBatchSize();
        return update.epochs() * miniBatches;
    }
}
