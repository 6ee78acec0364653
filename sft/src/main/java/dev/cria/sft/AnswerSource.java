package dev.cria.sft;

import dev.cria.tokenizer.ChatMessage;
import java.util.List;
import java.util.function.Function;

/** Whoever answers: a model, a person's file, a rule. */
@FunctionalInterface
public interface AnswerSource {
    /**
     * Dialogues that are best held together, from first turn to last: enough to answer side by side, few enough for a model to
     * remember what it has computed.
     */
    int GROUP = 64;

    /**
     * Answers dialogues.
     *
     * @param dialogues each ends with a user message
     * @return an answer to each
     */
    List<String> answers(List<List<ChatMessage>> dialogues);

    /** Whether a dialogue is short enough to be answered; one that is not must not be asked. */
    default boolean fits(List<ChatMessage> dialogue) {
        return true;
    }

    /** A source that answers one dialogue at a time. */
    static AnswerSource of(Function<List<ChatMessage>, String> answerer) {
        return dialogues -> dialogues.stream().map(answerer).toList();
    }
}
