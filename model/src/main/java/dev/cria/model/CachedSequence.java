package dev.cria.model;

import java.util.Arrays;

/**
 * A sequence whose keys and values are cached, so that only its new tokens need computing. Belongs to the {@link
 * LlamaDecoder} that made it.
 */
public final class CachedSequence implements AutoCloseable {
    private final KvCache cache;
    private int[] blocks = new int[4];
    private int blockCount;
    private int length;

    CachedSequence(KvCache cache) {
        this.cache = cache;
    }

    /** Number of tokens cached. */
    public int length() {
        return length;
    }

    /** Tokens that its memory has room for, what it shares with other sequences included. */
    public int capacity() {
        return blockCount * KvCache.BLOCK;
    }

    /** A sequence with the same tokens, which shares their memory until one of the two goes on. */
    public CachedSequence fork() {
        CachedSequence copy = new CachedSequence(cache);
        copy.blocks = blocks.clone();
        copy.blockCount = blockCount;
        copy.length = length;
        for (int i = 0; i < blockCount; i++) {
            cache.share(blocks[i]);
        }
        return copy;
    }

    /**
     * Forgets all but the first tokens.
     *
     * @param newLength at most the present length
     */
    public void truncate(int newLength) {
        if (newLength < 0 || newLength > length) {
            throw new IllegalArgumentException("cannot truncate %d tokens to %d".formatted(length, newLength));
        }
        int kept = (newLength + KvCache.BLOCK - 1) / KvCache.BLOCK;
        while (blockCount > kept) {
            cache.release(blocks[--blockCount]);
        }
        length = newLength;
    }

    /** Makes room for more tokens, no longer shared with anybody. */
    void append(int tokens) {
        if (length % KvCache.BLOCK != 0) {
            blocks[blockCount - 1] = cache.exclusive(blocks[blockCount - 1]);
        }
        int needed = (length + tokens + KvCache.BLOCK - 1) / KvCache.BLOCK;
        if (needed > blocks.length) {
            blocks = Arrays.copyOf(blocks, Math.max(needed, 2 * blocks.length));
        }
        while (blockCount < needed) {
            blocks[blockCount++] = cache.take();
        }
        length += tokens;
    }

    /** The cache's row that holds a position. */
    int row(int position) {
        return blocks[position / KvCache.BLOCK] * KvCache.BLOCK + position % KvCache.BLOCK;
    }

    /** The cache's rows that a position sees, itself included, as pairs of first and last (excluded) row. */
    int[] context(int position) {
        int[] spans = new int[2 * (position / KvCache.BLOCK + 1)];
        int count = 0;
        for (int from = 0; from <= position; from += KvCache.BLOCK) {
            int first = row(from);
            int end = first + Math.min(KvCache.BLOCK, position + 1 - from);
            if (count > 0 && spans[count - 1] == first) {
                spans[count - 1] = end;
            } else {
                spans[count++] = first;
                spans[count++] = end;
            }
        }
        return count == spans.length ? spans : Arrays.copyOf(spans, count);
    }

    /** Gives the memory back to the cache. */
    @Override
    public void close() {
        truncate(0);
    }
}
