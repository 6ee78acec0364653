package dev.cria.tokenizer;

import java.util.Arrays;

/** A hash map from a pair of non-negative ints to a non-negative long, by open addressing without boxes. */
final class PairMap {
    /** What {@link #get} answers for a pair that is not there. */
    static final long ABSENT = -1;

    private long[] keys;
    private long[] values;
    private int size;

    PairMap(int expectedSize) {
        int capacity = Integer.highestOneBit(Math.max(8, expectedSize)) * 4;
        keys = new long[capacity];
        values = new long[capacity];
        Arrays.fill(values, ABSENT);
    }

    int size() {
        return size;
    }

    long get(int left, int right) {
        long key = key(left, right);
        int mask = keys.length - 1;
        for (int slot = slot(key, mask); ; slot = (slot + 1) & mask) {
            if (values[slot] == ABSENT || keys[slot] == key) {
                return values[slot];
            }
        }
    }

    /** Sets the value of a pair unless it has one, and returns the one that it then has. */
    long putIfAbsent(int left, int right, long value) {
        long key = key(left, right);
        int mask = keys.length - 1;
        int slot = slot(key, mask);
        while (values[slot] != ABSENT) {
            if (keys[slot] == key) {
                return values[slot];
            }
            slot = (slot + 1) & mask;
        }
        keys[slot] = key;
        values[slot] = value;
        if (++size * 2 > keys.length) {
            grow();
        }
        return value;
    }

    private void grow() {
        long[] oldKeys = keys;
        long[] oldValues = values;
        keys = new long[oldKeys.length * 2];
        values = new long[oldKeys.length * 2];
        Arrays.fill(values, ABSENT);
        size = 0;
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldValues[i] != ABSENT) {
                putIfAbsent((int) (oldKeys[i] >>> 32), (int) oldKeys[i], oldValues[i]);
            }
        }
    }

    private static long key(int left, int right) {
        return ((long) left << 32) | (right & 0xFFFFFFFFL);
    }

    /** Multiplication spreads the key into the high bits (Knuth, The Art of Computer Programming 3, 6.4). */
    private static int slot(long key, int mask) {
        int hash = (int) ((key * 0x9E3779B97F4A7C15L) >>> 32);
        return hash & mask;
    }
}
