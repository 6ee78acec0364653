package dev.cria.tokenizer;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The ids of words seen lately: a direct-mapped table in which a new word takes the place of an old one, so its memory is bounded.
 * Shared between threads without locks: entries are immutable, and a thread that misses another's write merely merges again.
 */
final class WordCache {
    private static final int SLOTS = 1 << 16;

    /** Longer words are rare, and their entries would take much memory. */
    private static final int MAX_BYTES = 48;

    private final @Nullable Entry[] entries = new Entry[SLOTS];

    private static final class Entry {
        final byte[] word;
        final int[] ids;

        Entry(byte[] word, int[] ids) {
            this.word = word;
            this.ids = ids;
        }

        boolean matches(byte[] text, int start, int end) {
            return Arrays.equals(word, 0, word.length, text, start, end);
        }
    }

    /** The ids of the word, or null if it is not here. */
    int @Nullable [] get(byte[] text, int start, int end, int hash) {
        Entry entry = entries[slot(hash)];
        return entry != null && entry.matches(text, start, end) ? entry.ids : null;
    }

    void put(byte[] text, int start, int end, int hash, int[] ids) {
        if (end - start <= MAX_BYTES) {
            entries[slot(hash)] = new Entry(Arrays.copyOfRange(text, start, end), ids);
        }
    }

    private static int slot(int hash) {
        return (hash * 0x9E3779B9) >>> (Integer.SIZE - 16);
    }
}
