package dev.cria.rlhf.ppo;

import dev.cria.core.autograd.Tape;
import dev.cria.core.ops.Tensor;
import dev.cria.core.random.CounterRandom;
import dev.cria.core.random.IndexPermutation;
import dev.cria.model.generation.Sampling;
import dev.cria.rlhf.sampling.Answer;
import dev.cria.rlhf.sampling.AnswerSampler;
import dev.cria.rlhf.sampling.Reward;
import dev.cria.rlhf.sampling.RewardFunction;
import dev.cria.rlhf.sampling.RlPrompt;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Lets the policy answer, and asks the other models what they think of the answers. */
final class RolloutCollector {
    private static final int TOKENS_AT_ONCE = 4096;

    private final PpoModels models;
    private final AnswerSampler sampler;
    private final RewardFunction rewards;
    private final List<RlPrompt> prompts;
    private final RolloutConfig config;
    private final long seed;

    RolloutCollector(
            PpoModels models,
            AnswerSampler sampler,
            RewardFunction rewards,
            List<RlPrompt> prompts,
            RolloutConfig config,
            long seed) {
        this.models = models;
        this.sampler = sampler;
        this.rewards = rewards;
        this.prompts = prompts;
        this.config = config;
        this.seed = seed;
    }

    /** Answers with the log-probabilities at which they were sampled, for the self-checks. */
    record Collected(List<Rollout> rollouts, List<Answer> answers) {}

    /** The rollouts of an iteration: a function of the seed, the iteration and the policy. */
    Collected collect(long iteration) {
        int[] chosen = prompts(iteration);
        List<RlPrompt> asked = new ArrayList<>();
        for (int index : chosen) {
            asked.add(prompts.get(index));
        }
        Sampling sampling = Sampling.plain().withMaxTokens(config.maxTokens());
        List<Answer> answers = sampler.sample(asked, sampling, 1, i -> answerSeed(iteration, i)).stream()
                .map(samples -> samples.get(0))
                .toList();
        return new Collected(judge(chosen, answers), answers);
    }

    /** Rewards, log-probabilities and values of answers. */
    List<Rollout> judge(int[] promptIndices, List<Answer> answers) {
        List<Reward> given = rewards.checkedRewards(answers);
        List<Rollout> rollouts = new ArrayList<>();
        for (int from = 0; from < answers.size(); ) {
            int to = batchEnd(answers, from);
            List<int[]> sequences =
                    answers.subList(from, to).stream().map(Answer::sequence).toList();
            int[] promptLengths = answers.subList(from, to).stream()
                    .mapToInt(answer -> answer.promptIds().length)
                    .toArray();
            AnswerBatch batch = AnswerBatch.of(sequences, promptLengths);
            List<float[]> policy = split(answers, from, tape -> models.logProbs(tape, batch));
            List<float[]> reference = split(answers, from, tape -> models.referenceLogProbs(tape, batch));
            List<float[]> values = split(answers, from, tape -> models.values(tape, batch));
            for (int i = from; i < to; i++) {
                rollouts.add(new Rollout(
                        promptIndices[i],
                        sequences.get(i - from),
                        promptLengths[i - from],
                        answers.get(i).text(),
                        answers.get(i).ended(),
                        given.get(i).value(),
                        given.get(i).parts(),
                        policy.get(i - from),
                        reference.get(i - from),
                        values.get(i - from)));
            }
            from = to;
        }
        return rollouts;
    }

    /** What a model says of each token of a batch's answers. */
    @FunctionalInterface
    private interface TokenFunction {
        Tensor compute(Tape tape);
    }

    private List<float[]> split(List<Answer> answers, int from, TokenFunction function) {
        float[] all;
        try (Tape tape = models.policy().engine().inference()) {
            all = tape.read(function.compute(tape));
        }
        List<float[]> rows = new ArrayList<>();
        int at = 0;
        for (int i = from; at < all.length; i++) {
            float[] own = new float[answers.get(i).ids().length];
            System.arraycopy(all, at, own, 0, own.length);
            rows.add(own);
            at += own.length;
        }
        return rows;
    }

    private static int batchEnd(List<Answer> answers, int from) {
        int to = from;
        int tokens = 0;
        do {
            tokens += answers.get(to++).sequenceLength();
        } while (to < answers.size() && tokens + answers.get(to).sequenceLength() <= TOKENS_AT_ONCE);
        return to;
    }

    /** All prompts in random order, then all again in another, cut into iterations. */
    private int[] prompts(long iteration) {
        long first = iteration * config.batchSize();
        return IntStream.range(0, config.batchSize())
                .map(i -> {
                    long epoch = (first + i) / prompts.size();
                    CounterRandom random = CounterRandom.of(seed, "prompts", epoch);
                    return (int) new IndexPermutation(random, prompts.size()).get((first + i) % prompts.size());
                })
                .toArray();
    }

    private long answerSeed(long iteration, int i) {
        return CounterRandom.of(seed, "rollout", iteration * config.batchSize() + i)
                .bits(0);
    }
}
