package dev.cria.examples.chat;

import dev.cria.examples.world.Dialogue;
import dev.cria.sft.Conversation;
import dev.cria.tokenizer.ChatMessage;
import dev.cria.tokenizer.ChatRole;

/** The toy world's dialogues as chat data. */
public final class ToyChats {
    private ToyChats() {}

    /** A dialogue whose every answer is learned. */
    public static Conversation of(Dialogue dialogue) {
        return Conversation.of(dialogue.messages().stream()
                .map(turn -> new ChatMessage(ChatRole.of(turn.role()), turn.content()))
                .toList());
    }
}
