package dev.cria.model;

import dev.cria.tokenizer.ChatMessage;
import java.util.List;
import java.util.function.ToDoubleBiFunction;

/** Says how good responses are: a rule, a judge or a reward model. */
@FunctionalInterface
public interface ResponseScorer {
    /**
     * Scores responses; higher is better, and scores of one scorer can be compared with one another.
     *
     * @param dialogues what was said before, each ending with a user message
     * @param responses the response to each
     * @return [responses]
     */
    double[] scores(List<List<ChatMessage>> dialogues, List<String> responses);

    /** Whether a response can be scored: a model has no positions for a dialogue that is too long. */
    default boolean canScore(List<ChatMessage> dialogue, String response) {
        return true;
    }

    /** A scorer that looks at one response at a time. */
    static ResponseScorer of(ToDoubleBiFunction<List<ChatMessage>, String> scorer) {
        return (dialogues, responses) -> {
            double[] scores = new double[responses.size()];
            for (int i = 0; i < scores.length; i++) {
                scores[i] = scorer.applyAsDouble(dialogues.get(i), responses.get(i));
            }
            return scores;
        };
    }
}
