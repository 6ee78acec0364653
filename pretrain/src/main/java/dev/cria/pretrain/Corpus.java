package dev.cria.pretrain;

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
}
