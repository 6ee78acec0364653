package dev.cria.model.generation;

/** Receives text while it is written. */
@FunctionalInterface
public interface TextListener {
    /**
     * Takes the next piece, which may be empty and never holds half a character.
     *
     * @return whether to go on
     */
    boolean onText(String piece);

    /** A listener that lets everything pass. */
    static TextListener none() {
        return piece -> true;
    }
}
