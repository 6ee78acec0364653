package dev.cria.core.ops.cpu;

import java.util.List;

/**
 * A run of queries of one segment, and the keys that the last of them sees.
 *
 * @param from first query
 * @param to last query, excluded
 * @param blocks of keys in order of position, the last one ending with the tile's last query
 * @param width number of keys
 */
record QueryTile(int from, int to, List<KeyBlock> blocks, int width) {
    /**
     * Consecutive keys that one product takes.
     *
     * @param from first key
     * @param count how many
     * @param column of the first key among the tile's keys
     * @param own whether the keys are of the queries' own segment, not of a prefix
     */
    record KeyBlock(int from, int count, int column, boolean own) {}

    private static final int GRAIN = 32; // two vectors of 16 lanes

    /** Elements from one row of the tile's scores to the next: the width and room for whole vectors. */
    int stride() {
        return wholeVectors(width);
    }

    /** A number of elements rounded up to whole vectors. */
    static int wholeVectors(int count) {
        return (count + GRAIN - 1) / GRAIN * GRAIN;
    }

    /** Number of queries. */
    int rows() {
        return to - from;
    }

    /** Number of keys that a row's query sees. */
    int visible(int row) {
        return width - rows() + row + 1;
    }

    /** Number of keys of a block that a row's query sees. */
    int visible(int row, KeyBlock block) {
        return Math.max(0, Math.min(block.count, visible(row) - block.column));
    }
}
