package dev.cria.pretrain;

import java.util.Optional;
import java.util.function.Consumer;

/** Documents to learn from. */
@FunctionalInterface
public interface Corpus {
    /**
     * Hands over each document, always in the same order.
     *
     * @param consumer takes a document's bytes, UTF-8 unless the tokenizer works on bytes
     */
    void forEach(Consumer<byte[]> consumer);

    /** Where the documents come from, in words that change when the documents do; empty if that is not known. */
    default Optional<String> origin() {
        return Optional.empty();
    }
}
