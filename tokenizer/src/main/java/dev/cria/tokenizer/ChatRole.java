package dev.cria.tokenizer;

import java.util.Locale;

/** Who says a message of a dialogue. */
public enum ChatRole {
    /** Instructions that hold for the whole dialogue; at most one message, the first. */
    SYSTEM,
    /** The human. */
    USER,
    /** The model. */
    ASSISTANT;

    /** The name in chat data files: {@code system}, {@code user} or {@code assistant}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The role of a name in a chat data file.
     *
     * @throws IllegalArgumentException if no role has this name
     */
    public static ChatRole of(String id) {
        for (ChatRole role : values()) {
            if (role.id().equals(id)) {
                return role;
            }
        }
        throw new IllegalArgumentException("unknown role '" + id + "'; roles are system, user and assistant");
    }
}
