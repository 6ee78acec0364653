package dev.cria.rlhf.sampling;

import dev.cria.rlhf.reward.RewardModel;
import java.util.Arrays;
import java.util.List;

/**
 * The raw score of a reward model: its number at the last token of an answer, its eos where it has one. It reads the very
 * tokens that the policy drew, so it must share the policy's tokenizer; the others in a batch make no difference.
 */
public final class ModelReward implements RewardFunction {
    private final RewardModel model;

    /** The reward of a model, which stays open. */
    public ModelReward(RewardModel model) {
        this.model = model;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if an answer is longer than the reward model's context, or has ids that it lacks
     */
    @Override
    public List<Reward> rewards(List<Answer> answers) {
        int longest = model.model().config().maxPositionEmbeddings();
        for (Answer answer : answers) {
            if (answer.sequenceLength() > longest) {
                throw new IllegalArgumentException(
                        "prompt and answer have %d tokens, the reward model's context %d; allow fewer tokens, or drop the prompt"
                                .formatted(answer.sequenceLength(), longest));
            }
        }
        double[] scores = model.scores(answers.stream().map(Answer::sequence).toList());
        return Arrays.stream(scores).mapToObj(Reward::of).toList();
    }
}
