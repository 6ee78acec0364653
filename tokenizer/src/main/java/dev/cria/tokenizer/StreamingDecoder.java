package dev.cria.tokenizer;

/**
 * Decodes ids one by one and never emits half a character: the strings returned, joined, equal {@link Tokenizer#decode} of all
 * ids. Holds state; one per sequence, one thread at a time.
 */
public interface StreamingDecoder {
    /**
     * Takes the next id and returns the text that is now certain, which may be empty.
     *
     * @throws IllegalArgumentException if the id is out of range
     */
    String add(int id);

    /** Ends the sequence and returns the rest: U+FFFD for each byte of an unfinished character. */
    String finish();
}
