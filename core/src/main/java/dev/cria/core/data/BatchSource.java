package dev.cria.core.data;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * An endless sequence of batches that can be continued exactly.
 *
 * @param <B> kind of batch
 */
public interface BatchSource<B extends Batch> {
    /** The next batch. */
    B next();

    /** Where the sequence stands, as JSON. */
    JsonNode cursor();

    /**
     * Goes to a place in the sequence.
     *
     * @param cursor what {@link #cursor()} returned
     * @throws IllegalArgumentException if it belongs to other data
     */
    void restore(JsonNode cursor);
}
