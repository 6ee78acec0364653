package dev.cria.examples.world;

/**
 * One message of a dialogue.
 *
 * @param role "system", "user" or "assistant"
 * @param content what is said
 */
public record Turn(String role, String content) {
    /** A message of the user. */
    public static Turn user(String content) {
        return new Turn("user", content);
    }

    /** A message of the assistant. */
    public static Turn assistant(String content) {
        return new Turn("assistant", content);
    }
}
