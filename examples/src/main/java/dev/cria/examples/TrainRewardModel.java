package dev.cria.examples;

import dev.cria.core.Engine;
import dev.cria.core.config.ConfigLoader;
import dev.cria.core.train.LogListener;
import dev.cria.core.train.RunDirectory;
import dev.cria.rlhf.preference.PreferenceData;
import dev.cria.rlhf.reward.RewardConfig;
import dev.cria.rlhf.reward.RewardEvaluation;
import dev.cria.rlhf.reward.RewardTrainer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The third stage: a chat model and comparisons of answers to a model that scores answers. {@code TrainRewardModel DIRECTORY
 * [KEY=VALUE...]}, where {@link FineTune} was.
 */
public final class TrainRewardModel {
    private static final Logger LOG = LoggerFactory.getLogger(TrainRewardModel.class);

    private TrainRewardModel() {}

    /** Trains on what simulated annotators prefer, and measures how often it agrees with them about other prompts. */
    public static void main(String[] args) {
        Path directory = Path.of(args[0]);
        ToyFiles toy = ToyFiles.in(directory.resolve("toy"));

        // One epoch: the paper found that more over-fits. The margin grows with how much better an answer was said to
        // be.
        RewardConfig config = ConfigLoader.of(RewardConfig.class)
                .set(List.of(
                        "data.batchSize=32",
                        "training.accumulation=1",
                        "loss.margin=small",
                        "optimizer.learningRate=2e-3"))
                .set(Arrays.asList(args).subList(1, args.length))
                .load()
                .withBase(directory.resolve("chat"))
                .withInput(List.of(toy.comparisons()));

        try (Engine engine = Engine.create();
                RunDirectory run = RunDirectory.open(directory.resolve("reward"), true);
                RewardTrainer trainer = RewardTrainer.open(engine, config, run, List.of(new LogListener(20)))) {
            trainer.run();
            RewardEvaluation evaluation =
                    RewardEvaluation.of(trainer.model().score(PreferenceData.read(toy.heldOutComparisons())));
            LOG.info("{}", evaluation.text());
        }
    }
}
