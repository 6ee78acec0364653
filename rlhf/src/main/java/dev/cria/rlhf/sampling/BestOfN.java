package dev.cria.rlhf.sampling;

import dev.cria.core.random.CounterRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Rejection sampling (paper section 3.2.3): several answers to each prompt, of which the best by reward is kept. What is
 * drawn for a prompt is a function of the seed and the prompt's index.
 */
public final class BestOfN {
    private static final int ANSWERS_AT_ONCE = 256;

    private final AnswerSampler sampler;
    private final RewardFunction rewards;
    private final BestOfConfig config;

    /**
     * Rejection sampling of a policy.
     *
     * @param sampler the policy
     * @param rewards what is best
     * @param config how many answers, and how they are drawn
     */
    public BestOfN(AnswerSampler sampler, RewardFunction rewards, BestOfConfig config) {
        this.sampler = sampler;
        this.rewards = rewards;
        this.config = config;
    }

    /**
     * Samples all prompts that a file lacks, and writes them to it group by group. After a crash at most the group at work
     * is sampled again.
     *
     * @param prompts what is asked
     * @param file where the best answers go; those of the first prompts may be there already
     * @param stop asked after each group; true ends the work
     */
    public void run(List<RlPrompt> prompts, BestOfFile file, BooleanSupplier stop) {
        while (file.done() < prompts.size() && !stop.getAsBoolean()) {
            file.append(group(prompts, file.done()));
        }
    }

    /** The best answers to all prompts, in memory. */
    public List<BestSample> all(List<RlPrompt> prompts) {
        return all(prompts, () -> false);
    }

    /** The best answers to all prompts, in memory; to the first of them if the work was ended by then. */
    List<BestSample> all(List<RlPrompt> prompts, BooleanSupplier stop) {
        List<BestSample> samples = new ArrayList<>();
        while (samples.size() < prompts.size() && !stop.getAsBoolean()) {
            samples.addAll(group(prompts, samples.size()));
        }
        return samples;
    }

    private List<BestSample> group(List<RlPrompt> prompts, int from) {
        int size = Math.max(1, ANSWERS_AT_ONCE / config.samples());
        return best(prompts.subList(from, Math.min(prompts.size(), from + size)), from);
    }

    /**
     * The best answers to some prompts.
     *
     * @param prompts what is asked
     * @param firstIndex index of the first of them among all
     */
    List<BestSample> best(List<RlPrompt> prompts, int firstIndex) {
        List<List<Answer>> answers =
                sampler.sample(prompts, config.sampling(), config.samples(), i -> seed(config.seed(), firstIndex + i));
        List<Reward> all =
                rewards.checkedRewards(answers.stream().flatMap(List::stream).toList());
        List<BestSample> best = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            List<Reward> own = all.subList(i * config.samples(), (i + 1) * config.samples());
            best.add(choose(firstIndex + i, answers.get(i), own));
        }
        return best;
    }

    static long seed(long seed, int index) {
        return CounterRandom.of(seed, "best-of", index).bits(0);
    }

    private BestSample choose(int index, List<Answer> answers, List<Reward> given) {
        List<Reward> adjusted = new ArrayList<>();
        for (int k = 0; k < answers.size(); k++) {
            adjusted.add(adjust(given.get(k), answers.get(k).ended()));
        }
        int best = -1;
        for (int k = 0; k < answers.size(); k++) {
            boolean eligible = answers.get(k).ended() || config.missingEos() != MissingEos.EXCLUDE;
            if (eligible
                    && (best < 0 || adjusted.get(k).value() > adjusted.get(best).value())) {
                best = k;
            }
        }
        @Nullable String response = best < 0 ? null : answers.get(best).text();
        @Nullable Reward reward = best < 0 ? null : adjusted.get(best);
        return new BestSample(
                index,
                answers.get(0).prompt(),
                response,
                reward,
                adjusted.stream().mapToDouble(Reward::value).toArray());
    }

    private Reward adjust(Reward reward, boolean ended) {
        return ended || config.missingEos() != MissingEos.PENALISE
                ? reward
                : new Reward(reward.value() - config.penalty(), reward.parts());
    }
}
