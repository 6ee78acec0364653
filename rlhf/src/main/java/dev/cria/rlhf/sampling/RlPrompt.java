package dev.cria.rlhf.sampling;

import dev.cria.tokenizer.ChatMessage;
import dev.cria.tokenizer.ChatRole;
import java.util.List;

/**
 * What a policy is asked.
 *
 * @param messages the dialogue so far, which ends with a user message
 * @param isSafety whether the prompt is meant to bring out something unsafe: its answers are judged by the safety model
 */
public record RlPrompt(List<ChatMessage> messages, boolean isSafety) {
    /** Copies the messages and checks that a user speaks last. */
    public RlPrompt {
        messages = List.copyOf(messages);
        if (messages.isEmpty() || messages.get(messages.size() - 1).role() != ChatRole.USER) {
            throw new IllegalArgumentException("a prompt must end with a user message");
        }
    }

    /** One question. */
    public static RlPrompt of(String question) {
        return new RlPrompt(List.of(ChatMessage.user(question)), false);
    }
}
