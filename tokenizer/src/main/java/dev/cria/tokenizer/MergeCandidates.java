package dev.cria.tokenizer;

import java.util.Arrays;
import java.util.List;

/**
 * The pairs in order: the most frequent first; of equally frequent ones the shorter, then the one of lower text. A count that has fallen
 * since is found out when the pair comes up. Only pairs of at least the threshold's count are in the heap, since most pairs are rare and
 * never come up; the threshold is lowered when the heap is empty.
 */
final class MergeCandidates {
    private final PairCounts pairs;
    private final List<int[]> texts;
    private int[] heap = new int[1 << 12];
    private long[] keys = new long[1 << 12];
    private int size;
    private long threshold = Long.MAX_VALUE;

    /** @param texts the characters of each symbol */
    MergeCandidates(PairCounts pairs, List<int[]> texts) {
        this.pairs = pairs;
        this.texts = texts;
    }

    /** Takes a pair that is new or whose count has risen. */
    void push(int pair) {
        if (pairs.count(pair) < threshold) {
            return;
        }
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, size * 2);
            keys = Arrays.copyOf(keys, size * 2);
        }
        siftUp(size++, pair, pairs.count(pair));
    }

    /** The best pair by its present count, or -1 if no pair is left. */
    int pop() {
        while (size > 0 || lowerThreshold()) {
            int pair = heap[0];
            long key = keys[0];
            size--;
            siftDown(heap[size], keys[size]);
            if (key == pairs.count(pair)) {
                return pair;
            }
            // Where the count has risen, a newer entry stands for it; where it has fallen, this one does.
            if (key > pairs.count(pair)) {
                push(pair);
            }
        }
        return -1;
    }

    private boolean lowerThreshold() {
        long highest = 0;
        for (int pair = 0; pair < pairs.size(); pair++) {
            highest = Math.max(highest, pairs.count(pair));
        }
        threshold = Math.max(1, highest / 4);
        for (int pair = 0; pair < pairs.size(); pair++) {
            push(pair);
        }
        return size > 0;
    }

    private void siftUp(int from, int pair, long key) {
        int slot = from;
        while (slot > 0 && precedes(pair, key, heap[(slot - 1) / 2], keys[(slot - 1) / 2])) {
            set(slot, heap[(slot - 1) / 2], keys[(slot - 1) / 2]);
            slot = (slot - 1) / 2;
        }
        set(slot, pair, key);
    }

    private void siftDown(int pair, long key) {
        int slot = 0;
        for (int child = 1; child < size; child = 2 * slot + 1) {
            if (child + 1 < size && precedes(heap[child + 1], keys[child + 1], heap[child], keys[child])) {
                child++;
            }
            if (!precedes(heap[child], keys[child], pair, key)) {
                break;
            }
            set(slot, heap[child], keys[child]);
            slot = child;
        }
        set(slot, pair, key);
    }

    private void set(int slot, int pair, long key) {
        heap[slot] = pair;
        keys[slot] = key;
    }

    private boolean precedes(int pair, long key, int otherPair, long otherKey) {
        if (key != otherKey) {
            return key > otherKey;
        }
        int length = length(pair);
        int otherLength = length(otherPair);
        return length == otherLength ? compareTexts(pair, otherPair, length) < 0 : length < otherLength;
    }

    private int length(int pair) {
        return texts.get(pairs.left(pair)).length + texts.get(pairs.right(pair)).length;
    }

    private int compareTexts(int pair, int otherPair, int length) {
        for (int i = 0; i < length; i++) {
            int order = Integer.compare(character(pair, i), character(otherPair, i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private int character(int pair, int index) {
        int[] left = texts.get(pairs.left(pair));
        return index < left.length ? left[index] : texts.get(pairs.right(pair))[index - left.length];
    }
}
