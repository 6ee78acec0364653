package dev.cria.examples;

import dev.cria.core.Engine;
import dev.cria.core.config.ConfigLoader;
import dev.cria.core.train.LogListener;
import dev.cria.core.train.RunDirectory;
import dev.cria.rlhf.ppo.PpoConfig;
import dev.cria.rlhf.ppo.PpoRun;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The fifth stage: proximal policy optimization of the chat model against the reward model, held near where it began. {@code
 * OptimizePolicy DIRECTORY [KEY=VALUE...]}, where {@link TrainRewardModel} was.
 */
public final class OptimizePolicy {
    private OptimizePolicy() {}

    /** Runs 20 iterations of 64 answers. */
    public static void main(String[] args) {
        Path directory = Path.of(args[0]);
        ToyFiles toy = ToyFiles.in(directory.resolve("toy"));

        // The paper's settings, but for the size of things: small models stand, and need, higher rates.
        PpoConfig config = ConfigLoader.of(PpoConfig.class)
                .set(List.of(
                        "policy=" + directory.resolve("chat"),
                        "reward.helpfulness=" + directory.resolve("reward"),
                        "data.validation=" + toy.heldOutPrompts(),
                        "data.heldOutMost=64",
                        "rollout.batchSize=64",
                        "rollout.maxTokens=60",
                        "update.miniBatchSize=16",
                        "training.iterations=20",
                        "optimizer.learningRate=1e-4",
                        "valueOptimizer.learningRate=1e-3"))
                .set(Arrays.asList(args).subList(1, args.length))
                .load()
                .withInput(List.of(toy.prompts()));

        // metrics.jsonl has reward, divergence, entropy and clip fraction by iteration; answers.jsonl what the model
        // says.
        try (Engine engine = Engine.create();
                RunDirectory run = RunDirectory.open(directory.resolve("ppo"), true);
                PpoRun ppo = PpoRun.open(engine, config, run, List.of(new LogListener(1)))) {
            ppo.run();
        }
    }
}
