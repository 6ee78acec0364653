package dev.cria.rlhf.iterate;

import static dev.cria.core.config.Ranges.require;

import dev.cria.rlhf.ppo.PpoConfig;
import dev.cria.rlhf.reward.RewardConfig;
import dev.cria.rlhf.sampling.BestOfConfig;
import dev.cria.rlhf.sampling.CombinedReward;
import dev.cria.sft.SftConfig;
import dev.cria.tokenizer.ChatFormat.MarkPolicy;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * RLHF from V1 to V5 (paper section 3.2.3).
 *
 * @param policy the fine-tuned chat model it begins with, V0: a model directory, checkpoint or run
 * @param prompts prompt files
 * @param annotation where labels come from: a reward model's directory, or a file name in each round's directory that people
 *     put their labels into
 * @param versions how many
 * @param ppoFrom first version in which PPO follows rejection sampling: 5 in the paper
 * @param start what each version is fine-tuned from
 * @param student a smaller model that is fine-tuned on the samples instead of the one that wrote them; null for that one
 * @param seed of prompts and answers
 * @param collection how preferences are collected
 * @param helpfulness training of the helpfulness model; its base is {@code policy} unless it names one, and it learns from the
 *     files of its {@code data.input} besides what the rounds collect
 * @param safety training of the safety model, which there is once safety prompts have labels; likewise, and from labelled
 *     comparisons only while its safety loss is on
 * @param threshold raw safety score below which the safety score is the reward
 * @param forceSafety whether to use a safety model that is not calibrated on held-out labels
 * @param samplingPrompts prompts of a round's rejection sampling
 * @param bestOf rejection sampling
 * @param temperatures tried on some prompts before each rejection sampling, of which the best is taken; none to keep {@code
 *     bestOf.temperature}
 * @param searchPrompts prompts of that search
 * @param earlierShare share of each earlier round's best samples that a version learns from too
 * @param sft fine-tuning on the samples, and on the chat files of its {@code data.input}: Ghost Attention's dialogues, say; its
 *     {@code data.marks} is {@code escape} by default here, since prompts with marks are escaped when they are answered
 * @param ppo settings of PPO; models and prompts are the round's, of {@code reward} the judge counts and, in rejection sampling
 *     too, the least precision and recall; {@code training.seed} is that of version {@code ppoFrom}, each later one has the next
 */
public record RlhfConfig(
        @Nullable Path policy,
        List<Path> prompts,
        Annotation annotation,
        int versions,
        int ppoFrom,
        Start start,
        @Nullable Path student,
        long seed,
        CollectionConfig collection,
        RewardConfig helpfulness,
        RewardConfig safety,
        double threshold,
        boolean forceSafety,
        int samplingPrompts,
        BestOfConfig bestOf,
        List<Double> temperatures,
        int searchPrompts,
        double earlierShare,
        SftConfig sft,
        PpoConfig ppo) {
    /** What a version is fine-tuned from. */
    public enum Start {
        /** The model that the run begins with, each time, as in the paper. */
        BASE,
        /** The version before. */
        PREVIOUS
    }

    /**
     * Where labels come from.
     *
     * @param reward a reward model that stands in for people
     * @param safety a safety model that gives the safety labels
     * @param file name of the file in a round's directory that people put their labels into
     */
    public record Annotation(
            @Nullable Path reward, @Nullable Path safety, String file) {}

    /** Checks the ranges and names the offending key. */
    public RlhfConfig {
        prompts = List.copyOf(prompts);
        temperatures = List.copyOf(temperatures);
        require(versions >= 1, "versions", versions, "at least 1");
        require(ppoFrom >= 1, "ppoFrom", ppoFrom, "at least 1");
        require(samplingPrompts >= 1, "samplingPrompts", samplingPrompts, "at least 1");
        temperatures.forEach(t -> require(t > 0 && t < 100, "temperatures", t, "above 0 and below 100"));
        require(searchPrompts >= 1, "searchPrompts", searchPrompts, "at least 1");
        require(earlierShare >= 0 && earlierShare <= 1, "earlierShare", earlierShare, "in 0 to 1");
    }

    /** Five versions, PPO in the last; the top fifth of earlier samples. */
    public static RlhfConfig defaults() {
        return new RlhfConfig(
                null,
                List.of(),
                new Annotation(null, null, "labels.jsonl"),
                5,
                5,
                Start.BASE,
                null,
                1,
                CollectionConfig.defaults(),
                RewardConfig.llama2(RewardConfig.Kind.HELPFULNESS),
                RewardConfig.llama2(RewardConfig.Kind.SAFETY),
                CombinedReward.PAPER_THRESHOLD,
                false,
                2000,
                BestOfConfig.defaults(),
                List.of(),
                50,
                0.2,
                SftConfig.defaults().withMarks(MarkPolicy.ESCAPE),
                PpoConfig.defaults());
    }
}
