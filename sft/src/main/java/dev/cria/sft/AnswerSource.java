package dev.cria.sft;

import dev.cria.tokenizer.ChatMessage;
import java.util.List;
import java.util.function.Function;

/** Whoever answers: a model, a person's file, a rule. */
@FunctionalInterface
public interface AnswerSource {
    /**
     * Answers dialogues.
     *
     * @param dialogues each ends with a user message
     * @return an answer to each
     */
    List<String> answers(List<List<ChatMessage>> dialogues);

    /** A source that answers one dialogue at a time. */
    static AnswerSource of(Function<List<ChatMessage>, String> answerer) {
        return dialogues -> dialogues.stream().map(answerer).toList();
    }
}
