package dev.cria.rlhf.sampling;

import dev.cria.model.ResponseScorer;
import dev.cria.tokenizer.ChatMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What answers are rewarded for: reward models, rules, or whatever a user makes up. */
@FunctionalInterface
public interface RewardFunction {
    /**
     * Rewards answers, each on its own merit: the others in the list must make no difference.
     *
     * @return a reward for each, in their order
     */
    List<Reward> rewards(List<Answer> answers);

    /** Rewards that look at texts alone. */
    static RewardFunction of(ResponseScorer scorer) {
        return answers -> {
            List<List<ChatMessage>> dialogues =
                    answers.stream().map(answer -> answer.prompt().messages()).toList();
            double[] scores =
                    scorer.scores(dialogues, answers.stream().map(Answer::text).toList());
            return Arrays.stream(scores).mapToObj(Reward::of).toList();
        };
    }

    /**
     * The rewards, checked.
     *
     * @throws IllegalArgumentException if there are not as many as answers, or one is not a finite number
     */
    default List<Reward> checkedRewards(List<Answer> answers) {
        List<Reward> rewards = new ArrayList<>(rewards(answers));
        if (rewards.size() != answers.size()) {
            throw new IllegalArgumentException(
                    "the reward function returned %d rewards for %d answers".formatted(rewards.size(), answers.size()));
        }
        for (int i = 0; i < rewards.size(); i++) {
            if (!Double.isFinite(rewards.get(i).value())) {
                throw new IllegalArgumentException(
                        "the reward of the answer \"%s\" is %s; a reward must be a finite number, so the reward function or its model is broken"
                                .formatted(
                                        shown(answers.get(i).text()),
                                        rewards.get(i).value()));
            }
        }
        return rewards;
    }

    private static String shown(String text) {
        return text.length() <= 60 ? text : text.substring(0, 60) + "...";
    }
}
