package dev.cria.pretrain.prepare;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What was prepared.
 *
 * @param documents by what became of them
 * @param bytes UTF-8 bytes of the kept documents
 * @param tokens of the kept documents, beginnings and ends included
 * @param seconds that it took
 */
public record Statistics(Map<Fate, Long> documents, long bytes, long tokens, double seconds) {
    /** Copies the map. */
    public Statistics {
        EnumMap<Fate, Long> copy = new EnumMap<>(Fate.class);
        copy.putAll(documents);
        documents = Collections.unmodifiableMap(copy);
    }

    /** Documents in the shards. */
    public long kept() {
        return documents.getOrDefault(Fate.KEPT, 0L);
    }

    /** UTF-8 bytes that a token stands for on average. */
    public double bytesPerToken() {
        return tokens == 0 ? 0 : (double) bytes / tokens;
    }
}
