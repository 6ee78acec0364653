package dev.cria.examples.world;

import java.util.List;

/**
 * A chat between user and assistant. Its components bear the names of the chat data's JSON form, so that a JSON mapper writes
 * {@code {"messages": [{"role": "user", "content": "..."}, ...]}}.
 *
 * @param messages in order
 */
public record Dialogue(List<Turn> messages) {
    /** Keeps a copy of the messages. */
    public Dialogue {
        messages = List.copyOf(messages);
    }

    /** One question and its answer. */
    public static Dialogue of(String user, String assistant) {
        return new Dialogue(List.of(Turn.user(user), Turn.assistant(assistant)));
    }
}
