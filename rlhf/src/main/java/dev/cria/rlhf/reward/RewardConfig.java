package dev.cria.rlhf.reward;

import static dev.cria.core.config.Ranges.require;

import dev.cria.core.optim.OptimizerConfig;
import dev.cria.core.train.CheckpointConfig;
import dev.cria.core.train.EvaluationConfig;
import dev.cria.core.train.TrainingConfig;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Training of a reward model.
 *
 * @param base the chat model that it begins with: a model directory, checkpoint or run
 * @param kind what it judges; decides the mix and whether the safety loss is on
 * @param headDeviation standard deviation of the new head's weights; 0 makes all first scores 0
 * @param warmupShare share of the steps for warmup, of which there are at least {@code optimizer.warmupSteps}
 * @param data what is learned from
 * @param loss what is minimised
 * @param training seed, batches a step, and a limit of steps beside the epochs
 * @param optimizer AdamW and its schedule
 * @param evaluation when to measure the held-out loss
 * @param checkpoint when to write
 */
public record RewardConfig(
        @Nullable Path base,
        Kind kind,
        double headDeviation,
        double warmupShare,
        RewardDataConfig data,
        RewardLossConfig loss,
        TrainingConfig training,
        OptimizerConfig optimizer,
        EvaluationConfig evaluation,
        CheckpointConfig checkpoint) {
    private static final int NO_LIMIT = 1_000_000; // steps; more than one epoch of any preference data makes

    /** What a reward model judges. */
    public enum Kind {
        /** How helpful an answer is: half of the data is its own. */
        HELPFULNESS(0.5, 0),
        /** How safe an answer is: nine tenths of the data are its own, and the safety loss is on. */
        SAFETY(0.1, 1);

        private final double othersShare;
        private final double safetyWeight;

        Kind(double othersShare, double safetyWeight) {
            this.othersShare = othersShare;
            this.safetyWeight = safetyWeight;
        }
    }

    /** Checks the ranges and names the offending key. */
    public RewardConfig {
        require(headDeviation >= 0, "headDeviation", headDeviation, "at least 0");
        require(warmupShare >= 0 && warmupShare <= 1, "warmupShare", warmupShare, "in 0 to 1");
    }

    /** The paper's settings for a helpfulness model. */
    public static RewardConfig defaults() {
        return llama2(Kind.HELPFULNESS);
    }

    /**
     * The paper's settings (section 3.2.2): one epoch, 512 pairs a step, cosine from 1e-5 (5e-6 for 70B) to a tenth, warmup for 3 %
     * of the steps and at least 5.
     */
    public static RewardConfig llama2(Kind kind) {
        return new RewardConfig(
                null,
                kind,
                0.02,
                0.03,
                RewardDataConfig.defaults(),
                RewardLossConfig.defaults(),
                new TrainingConfig(NO_LIMIT, 1, 8, false),
                OptimizerConfig.defaults().withLearningRate(1e-5).withWarmupSteps(5),
                EvaluationConfig.defaults(),
                CheckpointConfig.defaults());
    }

    /** The share of other data in the mix. */
    public double othersShare() {
        Double share = data.othersShare();
        return share == null ? kind.othersShare : share;
    }

    /** The weight of the safety loss. */
    public double safetyWeight() {
        Double weight = loss.safetyWeight();
        return weight == null ? kind.safetyWeight : weight;
    }

    /** Steps of warmup of a run of so many steps. */
    public long warmupSteps(long steps) {
        return Math.max(optimizer.warmupSteps(), (long) Math.ceil(warmupShare * steps));
    }

    /** These settings on other files. */
    public RewardConfig withInput(List<Path> files) {
        return new RewardConfig(
                base,
                kind,
                headDeviation,
                warmupShare,
                data.withInput(files),
                loss,
                training,
                optimizer,
                evaluation,
                checkpoint);
    }

    /** These settings from another base model. */
    public RewardConfig withBase(Path model) {
        return new RewardConfig(
                model, kind, headDeviation, warmupShare, data, loss, training, optimizer, evaluation, checkpoint);
    }
}
