package org.example;

import dev.cria.core.Engine;
import dev.cria.core.config.ConfigLoader;
import dev.cria.core.train.RunDirectory;
import dev.cria.core.train.StepReport;
import dev.cria.core.train.TrainingListener;
import dev.cria.model.Llama;
import dev.cria.model.TinyModels;
import dev.cria.rlhf.ppo.PpoConfig;
import dev.cria.rlhf.ppo.PpoRun;
import dev.cria.rlhf.sampling.PromptFile;
import dev.cria.rlhf.sampling.Reward;
import dev.cria.rlhf.sampling.RewardFunction;
import dev.cria.rlhf.sampling.RlPrompt;
import dev.cria.tokenizer.ByteTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** A reward of one's own in PPO: no reward model, a rule. */
public final class OwnReward {
    private OwnReward() {}

    /** The share of an answer's tokens that are lower-case letters. */
    static final RewardFunction LETTERS = answers -> answers.stream()
            .map(answer -> {
                long letters = Arrays.stream(answer.ids()).filter(id -> id >= 'a' && id <= 'z').count();
                return Reward.of((double) letters / answer.ids().length);
            })
            .toList();

    /** Lets a tiny random model, which writes bytes of all kinds, find out what pays. */
    public static void main(String[] args) throws IOException {
        Path directory = Files.createTempDirectory("own-reward");
        Path policy = Files.createDirectory(directory.resolve("policy"));
        Path prompts = directory.resolve("prompts.jsonl");
        PromptFile.write(prompts, List.of(RlPrompt.of("Hi"), RlPrompt.of("Good day"), RlPrompt.of("Who are you?")));

        PpoConfig config = ConfigLoader.of(PpoConfig.class)
                .set(List.of(
                        "policy=" + policy,
                        "data.heldOut=0",
                        "rollout.batchSize=32",
                        "rollout.maxTokens=8",
                        "update.miniBatchSize=8",
                        "score.missingEos=reward", // an answer that was cut off is as good as another
                        "training.iterations=30",
                        "optimizer.learningRate=1e-2",
                        "valueOptimizer.learningRate=1e-2"))
                .load()
                .withInput(List.of(prompts));

        try (Engine engine = Engine.create()) {
            try (Llama model = TinyModels.llama(engine, 1)) {
                model.save(policy);
                new ByteTokenizer().save(policy);
            }
            TrainingListener printer = new TrainingListener() {
                @Override
                public void onStep(StepReport report) {
                    if (report.step() == 1 || report.step() == 30) {
                        System.out.printf(
                                "iteration %d: reward %.2f%n", report.step(), report.metrics().get("reward"));
                    }
                }
            };
            try (RunDirectory run = RunDirectory.open(directory.resolve("ppo"), false);
                    PpoRun ppo = PpoRun.open(engine, config, run, List.of(printer), LETTERS)) {
                ppo.run();
            }
        }
    }
}
