package dev.cria.tokenizer;

import java.util.Arrays;

/**
 * Byte-pair merging (Sennrich et al. 2016) of one run of characters: among all adjacent pairs that merge, the one of lowest rank is
 * merged first, the leftmost among equals. Working memory of one call; not to be shared.
 */
final class Merger {
    /** Up to this length a scan for the best pair is faster than a heap. */
    private static final int SHORT = 40;

    private final MergeTable table;
    private int[] symbols = new int[64];
    private int[] starts = new int[64];
    private long[] merges = new long[64];
    private int size;

    Merger(MergeTable table) {
        this.table = table;
    }

    /** Starts a new run. */
    void clear() {
        size = 0;
    }

    /** Adds a character's symbol and where it starts in the text. */
    void add(int symbol, int start) {
        if (size == symbols.length) {
            symbols = Arrays.copyOf(symbols, size * 2);
            starts = Arrays.copyOf(starts, size * 2);
        }
        symbols[size] = symbol;
        starts[size++] = start;
    }

    int size() {
        return size;
    }

    int symbol(int index) {
        return symbols[index];
    }

    int start(int index) {
        return starts[index];
    }

    /** Merges until no pair is left to merge; then size, symbols and starts are those of the result. */
    void merge() {
        if (merges.length < size) {
            merges = new long[symbols.length];
        }
        for (int i = 0; i + 1 < size; i++) {
            merges[i] = table.of(symbols[i], symbols[i + 1]);
        }
        if (size <= SHORT) {
            mergeByScan();
        } else {
            mergeByHeap();
        }
    }

    private void mergeByScan() {
        for (int best = bestPair(); best >= 0; best = bestPair()) {
            symbols[best] = MergeTable.symbol(merges[best]);
            int moved = size - best - 2;
            System.arraycopy(symbols, best + 2, symbols, best + 1, moved);
            System.arraycopy(starts, best + 2, starts, best + 1, moved);
            System.arraycopy(merges, best + 2, merges, best + 1, moved);
            size--;
            if (best + 1 < size) {
                merges[best] = table.of(symbols[best], symbols[best + 1]);
            }
            if (best > 0) {
                merges[best - 1] = table.of(symbols[best - 1], symbols[best]);
            }
        }
    }

    private int bestPair() {
        int best = -1;
        int bestRank = MergeTable.rank(MergeTable.NO_MERGE);
        for (int i = 0; i + 1 < size; i++) {
            int rank = MergeTable.rank(merges[i]);
            if (rank < bestRank) {
                best = i;
                bestRank = rank;
            }
        }
        return best;
    }

    private void mergeByHeap() {
        int[] next = new int[size];
        int[] previous = new int[size];
        MergeHeap heap = new MergeHeap(size);
        for (int i = 0; i < size; i++) {
            next[i] = i + 1;
            previous[i] = i - 1;
        }
        merges[size - 1] = MergeTable.NO_MERGE;
        heap.fill(merges, size);
        while (!heap.isEmpty()) {
            long entry = heap.pop();
            int left = MergeHeap.position(entry);
            // What stands at this place may have been merged with its neighbours since the entry was made.
            if (MergeTable.rank(merges[left]) != MergeHeap.rank(entry)) {
                continue;
            }
            int right = next[left];
            symbols[left] = MergeTable.symbol(merges[left]);
            merges[right] = MergeTable.NO_MERGE;
            next[left] = next[right];
            if (next[right] < size) {
                previous[next[right]] = left;
            }
            update(left, next[left], heap);
            if (previous[left] >= 0) {
                update(previous[left], left, heap);
            }
        }
        keepHeads(next);
    }

    private void update(int left, int right, MergeHeap heap) {
        long merge = right < size ? table.of(symbols[left], symbols[right]) : MergeTable.NO_MERGE;
        merges[left] = merge;
        if (merge != MergeTable.NO_MERGE) {
            heap.push(MergeTable.rank(merge), left);
        }
    }

    private void keepHeads(int[] next) {
        int kept = 0;
        for (int i = 0; i < size; i = next[i]) {
            symbols[kept] = symbols[i];
            starts[kept++] = starts[i];
        }
        size = kept;
    }
}
