package dev.cria.sft;

import dev.cria.tokenizer.ChatMessage;
import dev.cria.tokenizer.ChatRole;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A chat to learn from: an optional system message, then user and assistant in turn.
 *
 * @param messages what is said
 * @param learned for each of the assistant's messages whether it carries loss
 */
public record Conversation(List<ChatMessage> messages, List<Boolean> learned) {
    /**
     * Checks the order of roles and that every message says something.
     *
     * @throws IllegalArgumentException naming the message that is wrong
     */
    public Conversation {
        messages = List.copyOf(messages);
        learned = List.copyOf(learned);
        check(messages);
        long answers =
                messages.stream().filter(m -> m.role() == ChatRole.ASSISTANT).count();
        if (learned.size() != answers) {
            throw new IllegalArgumentException("%d answers, but %d say whether they are learned; give one for each"
                    .formatted(answers, learned.size()));
        }
    }

    /** A chat whose every answer is learned. */
    public static Conversation of(List<ChatMessage> messages) {
        int answers = (int)
                messages.stream().filter(m -> m.role() == ChatRole.ASSISTANT).count();
        return new Conversation(messages, Collections.nCopies(answers, true));
    }

    /** One question and its answer. */
    public static Conversation of(String user, String assistant) {
        return of(List.of(ChatMessage.user(user), ChatMessage.assistant(assistant)));
    }

    /** The same chat, of which only the last answer is learned. */
    public Conversation withLastAnswerLearned() {
        List<Boolean> last = new ArrayList<>(Collections.nCopies(learned.size(), false));
        if (!last.isEmpty()) {
            last.set(last.size() - 1, true);
        }
        return new Conversation(messages, last);
    }

    /** The user's messages in order. */
    public List<String> questions() {
        return contents(ChatRole.USER);
    }

    /** The assistant's messages in order. */
    public List<String> answers() {
        return contents(ChatRole.ASSISTANT);
    }

    /** Whether it begins with a system message. */
    public boolean hasSystem() {
        return messages.get(0).role() == ChatRole.SYSTEM;
    }

    private List<String> contents(ChatRole role) {
        return messages.stream()
                .filter(m -> m.role() == role)
                .map(ChatMessage::content)
                .toList();
    }

    private static void check(List<ChatMessage> messages) {
        if (messages.isEmpty()) {
            throw new IllegalArgumentException("it has no messages");
        }
        int first = messages.get(0).role() == ChatRole.SYSTEM ? 1 : 0;
        if (messages.size() == first) {
            throw new IllegalArgumentException("it has a system message only; a user message must follow");
        }
        for (int i = 0; i < messages.size(); i++) {
            ChatMessage message = messages.get(i);
            ChatRole due = (i - first) % 2 == 0 ? ChatRole.USER : ChatRole.ASSISTANT;
            if (i >= first && message.role() != due) {
                throw new IllegalArgumentException(
                        "message %d is of role %s where %s is due: an optional system message, then user and assistant in turn"
                                .formatted(i, message.role().id(), due.id()));
            }
            if (message.content().isBlank()) {
                throw new IllegalArgumentException("message %d, of role %s, is empty"
                        .formatted(i, message.role().id()));
            }
        }
    }
}
