package dev.cria.tokenizer;

/**
 * One message of a dialogue.
 *
 * @param role who says it
 * @param content what is said
 */
public record ChatMessage(ChatRole role, String content) {
    /** A system message. */
    public static ChatMessage system(String content) {
        return new ChatMessage(ChatRole.SYSTEM, content);
    }

    /** A user message. */
    public static ChatMessage user(String content) {
        return new ChatMessage(ChatRole.USER, content);
    }

    /** An assistant message. */
    public static ChatMessage assistant(String content) {
        return new ChatMessage(ChatRole.ASSISTANT, content);
    }
}
