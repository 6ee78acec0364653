package dev.cria.examples.recipe;

import dev.cria.examples.chat.Sitting;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;

/** The work of each stage, which returns the stage's figures: a record that becomes part of its {@link StageResult}. */
final class RecipeStages {
    private final Map<Stage, Supplier<Object>> work = new EnumMap<>(Stage.class);

    RecipeStages(RecipeConfig config, Path run, Sitting sitting) {
        RecipeWorld data = new RecipeWorld(config);
        BaseStages base = new BaseStages(data, config, run, sitting);
        RewardStages rewards = new RewardStages(data, config, run, sitting);
        VersionStages versions = new VersionStages(data, config, run, rewards, sitting);
        DistillationStage distillation = new DistillationStage(data, config, run, versions, sitting);
        EvaluationStage evaluation = new EvaluationStage(data, config, run, versions, distillation, sitting);
        work.put(Stage.TOKENIZER, base::tokenizer);
        work.put(Stage.PRETRAINING, base::pretraining);
        work.put(Stage.FINE_TUNING, base::fineTuning);
        work.put(Stage.PREFERENCES, rewards::preferences);
        work.put(Stage.REWARD_MODELS, rewards::rewardModels);
        work.put(Stage.REJECTION_SAMPLING, versions::rejectionSampling);
        work.put(Stage.GHOST_ATTENTION, versions::ghostAttention);
        work.put(Stage.PPO, versions::ppo);
        work.put(Stage.DISTILLATION, distillation::distillation);
        work.put(Stage.EVALUATION, evaluation::evaluation);
    }

    Supplier<Object> work(Stage stage) {
        Supplier<Object> found = work.get(stage);
        if (found == null) {
            throw new IllegalStateException("no work for stage " + stage);
        }
        return found;
    }
}
