package dev.cria.pretrain.prepare;

/**
 * How text is prepared.
 *
 * @param filter which documents are kept
 * @param removeDuplicates whether a text that came before is dropped; 24 bytes of memory a document and some overhead
 * @param removeNearDuplicates whether a text much like one before is dropped, see MinHash; about 1 kB a document
 * @param threads that parse, filter and tokenize; the output does not depend on it
 */
public record PrepareOptions(TextFilter filter, boolean removeDuplicates, boolean removeNearDuplicates, int threads) {
    /** Checks the threads. */
    public PrepareOptions {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, got " + threads);
        }
    }

    /** Everything kept, on all cores. */
    public static PrepareOptions defaults() {
        return new PrepareOptions(
                TextFilter.none(), false, false, Runtime.getRuntime().availableProcessors());
    }
}
