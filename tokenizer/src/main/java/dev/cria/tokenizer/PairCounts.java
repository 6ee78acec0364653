package dev.cria.tokenizer;

import java.util.Arrays;

/** Of each pair of neighbouring symbols: its two sides, how often it stands in the text now, and where it was seen. */
final class PairCounts {
    private static final int[] NO_POSITIONS = {};

    private int[] lefts = new int[1 << 12];
    private int[] rights = new int[1 << 12];
    private long[] counts = new long[1 << 12];
    private int[][] positions = new int[1 << 12][];
    private int[] positionCounts = new int[1 << 12];
    private int size;

    int add(int left, int right) {
        if (size == lefts.length) {
            int capacity = Math.multiplyExact(size, 2);
            lefts = Arrays.copyOf(lefts, capacity);
            rights = Arrays.copyOf(rights, capacity);
            counts = Arrays.copyOf(counts, capacity);
            positions = Arrays.copyOf(positions, capacity);
            positionCounts = Arrays.copyOf(positionCounts, capacity);
        }
        lefts[size] = left;
        rights[size] = right;
        positions[size] = NO_POSITIONS;
        return size++;
    }

    int size() {
        return size;
    }

    int left(int pair) {
        return lefts[pair];
    }

    int right(int pair) {
        return rights[pair];
    }

    long count(int pair) {
        return counts[pair];
    }

    void increase(int pair, long by, int position) {
        counts[pair] += by;
        int count = positionCounts[pair]++;
        if (count == positions[pair].length) {
            positions[pair] = Arrays.copyOf(positions[pair], Math.max(2, count + (count >> 1)));
        }
        positions[pair][count] = position;
    }

    void clearCount(int pair) {
        counts[pair] = 0;
    }

    void decrease(int pair, long by) {
        counts[pair] -= by;
    }

    /** Forgets where the pair was seen and returns these places from left to right; some may have changed since. */
    int[] takePositions(int pair) {
        int[] taken = Arrays.copyOf(positions[pair], positionCounts[pair]);
        Arrays.sort(taken);
        positions[pair] = NO_POSITIONS;
        positionCounts[pair] = 0;
        return taken;
    }
}
