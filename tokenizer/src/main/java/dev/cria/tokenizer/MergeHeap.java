package dev.cria.tokenizer;

import java.util.Arrays;

/** A binary heap of pairs to merge: the lowest rank first, the leftmost among equals. */
final class MergeHeap {
    private long[] entries;
    private int size;

    MergeHeap(int capacity) {
        entries = new long[Math.max(16, capacity)];
    }

    static int rank(long entry) {
        return (int) (entry >>> 32);
    }

    static int position(long entry) {
        return (int) entry;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Takes all merges there are, entry i at position i, in linear time. */
    void fill(long[] merges, int count) {
        for (int i = 0; i < count; i++) {
            if (merges[i] != MergeTable.NO_MERGE) {
                entries[size++] = ((long) MergeTable.rank(merges[i]) << 32) | i;
            }
        }
        for (int i = size / 2 - 1; i >= 0; i--) {
            siftDown(i, entries[i]);
        }
    }

    void push(int rank, int position) {
        if (size == entries.length) {
            entries = Arrays.copyOf(entries, size + (size >> 1));
        }
        long entry = ((long) rank << 32) | position;
        int slot = size++;
        while (slot > 0 && entries[(slot - 1) / 2] > entry) {
            entries[slot] = entries[(slot - 1) / 2];
            slot = (slot - 1) / 2;
        }
        entries[slot] = entry;
    }

    long pop() {
        long top = entries[0];
        size--;
        siftDown(0, entries[size]);
        return top;
    }

    private void siftDown(int from, long entry) {
        int slot = from;
        for (int child = 2 * slot + 1; child < size; child = 2 * slot + 1) {
            if (child + 1 < size && entries[child + 1] < entries[child]) {
                child++;
            }
            if (entry <= entries[child]) {
                break;
            }
            entries[slot] = entries[child];
            slot = child;
        }
        entries[slot] = entry;
    }
}
