package dev.cria.examples;

import dev.cria.core.Engine;
import dev.cria.rlhf.sampling.BestOfConfig;
import dev.cria.rlhf.sampling.BestOfN;
import dev.cria.rlhf.sampling.BestSample;
import dev.cria.rlhf.sampling.MissingEos;
import dev.cria.rlhf.sampling.PolicyModel;
import dev.cria.rlhf.sampling.PromptFile;
import dev.cria.rlhf.sampling.RewardModels;
import dev.cria.rlhf.sampling.RewardModelsConfig;
import dev.cria.rlhf.sampling.RlPrompt;
import dev.cria.sft.ChatData;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The fourth stage, rejection sampling: several answers to each prompt, of which the best by the reward model is kept as chat data
 * for another round of {@link FineTune}. {@code SampleBest DIRECTORY [PROMPTS]}, where {@link TrainRewardModel} was.
 */
public final class SampleBest {
    private static final Logger LOG = LoggerFactory.getLogger(SampleBest.class);

    private SampleBest() {}

    /** Samples four answers to each of 400 prompts. */
    public static void main(String[] args) {
        Path directory = Path.of(args[0]);
        ToyFiles toy = ToyFiles.in(directory.resolve("toy"));
        int count = args.length > 1 ? Integer.parseInt(args[1]) : 400;
        List<RlPrompt> prompts = PromptFile.read(List.of(toy.prompts())).subList(0, count);

        // Answers that were cut off at 60 tokens may win here; a larger experiment excludes them.
        BestOfConfig config = new BestOfConfig(4, 1, 60, MissingEos.KEEP, 0, 1);
        RewardModelsConfig rewards = RewardModelsConfig.defaults().withModels(directory.resolve("reward"), null);

        try (Engine engine = Engine.create();
                PolicyModel policy = PolicyModel.load(engine, directory.resolve("chat"), 64);
                RewardModels models = RewardModels.open(engine, rewards, policy.tokenizer())) {
            List<BestSample> best = new BestOfN(policy.sampler(), models.function(), config).all(prompts);
            double chosen =
                    best.stream().mapToDouble(BestSample::rewardValue).average().orElseThrow();
            double all = best.stream()
                    .flatMapToDouble(sample -> Arrays.stream(sample.scores()))
                    .average()
                    .orElseThrow();
            LOG.info("mean reward of all answers {}, of the best of {} {}", all, config.samples(), chosen);
            ChatData.write(
                    directory.resolve("best.jsonl"),
                    best.stream().map(BestSample::conversation).toList());
        }
    }
}
