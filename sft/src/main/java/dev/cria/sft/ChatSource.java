package dev.cria.sft;

import java.nio.file.Path;
import java.util.List;

/** Where conversations to learn from come from. */
@FunctionalInterface
public interface ChatSource {
    /** Adds all of them, always in the same order. */
    void addTo(ChatRows rows);

    /** Chat data files. */
    static ChatSource files(List<Path> files) {
        return rows -> files.forEach(rows::addFile);
    }

    /** Conversations in memory. */
    static ChatSource of(List<Conversation> conversations) {
        return rows -> conversations.forEach(rows::add);
    }

    /** These conversations, then others. */
    default ChatSource and(ChatSource others) {
        return rows -> {
            addTo(rows);
            others.addTo(rows);
        };
    }
}
