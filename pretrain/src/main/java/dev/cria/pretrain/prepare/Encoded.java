package dev.cria.pretrain.prepare;

/**
 * A document that went through a worker.
 *
 * @param fate what the filter says
 * @param bytes UTF-8 bytes of its text
 * @param ids its tokens, without beginning and end
 * @param hash half of the SHA-256 of its text, as two numbers; empty where duplicates are kept
 * @param bands see {@link MinHash}; empty where near duplicates are kept
 */
record Encoded(Fate fate, long bytes, int[] ids, long[] hash, long[] bands) {
    private static final int[] NO_IDS = {};
    private static final long[] NONE = {};

    static Encoded dropped(Fate fate) {
        return new Encoded(fate, 0, NO_IDS, NONE, NONE);
    }
}
