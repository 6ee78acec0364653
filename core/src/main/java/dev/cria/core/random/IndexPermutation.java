package dev.cria.core.random;

/**
 * A random permutation of 0 to size - 1 that is computed entry by entry and takes no memory: a four-round Feistel network
 * over the next even power of two, walked until it lands inside (Black and Rogaway 2002).
 */
public final class IndexPermutation {
    private static final int ROUNDS = 4;

    private final CounterRandom random;
    private final long size;
    private final int halfBits;

    /**
     * A permutation.
     *
     * @param random where its keys come from; equal ones give equal permutations
     * @param size number of entries, at least 1
     */
    public IndexPermutation(CounterRandom random, long size) {
        if (size < 1) {
            throw new IllegalArgumentException("a permutation needs at least one entry, got " + size);
        }
        this.random = random;
        this.size = size;
        int bits = Math.max(2, Long.SIZE - Long.numberOfLeadingZeros(size - 1));
        this.halfBits = (bits + 1) / 2;
    }

    /**
     * Where an index goes.
     *
     * @param index 0 to size - 1
     * @return 0 to size - 1, each exactly once
     */
    public long get(long index) {
        if (index < 0 || index >= size) {
            throw new IndexOutOfBoundsException("index %d of a permutation of %d".formatted(index, size));
        }
        long at = index;
        do {
            at = encrypt(at);
        } while (at >= size);
        return at;
    }

    private long encrypt(long value) {
        long mask = (1L << halfBits) - 1;
        long left = value >>> halfBits;
        long right = value & mask;
        for (int round = 0; round < ROUNDS; round++) {
            long mixed = random.bits((right << 2) | round) & mask;
            long next = left ^ mixed;
            left = right;
            right = next;
        }
        return (left << halfBits) | right;
    }
}
