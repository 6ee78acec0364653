package dev.cria.core.ops.cpu;

import java.util.List;

/**
 * A run of queries of one segment, and the spans of keys that the last of them sees.
 *
 * @param from first query
 * @param to last query, excluded
 * @param spans in order of position, the last one ending with the tile's last query
 * @param width number of keys
 */
record QueryTile(int from, int to, List<Span> spans, int width) {
    /** Consecutive tokens. */
    record Span(int from, int to) {
        int length() {
            return to - from;
        }
    }

    private static final int GRAIN = 32; // two vectors of 16 lanes

    /** Elements from one row of the tile's scores to the next: the width and room for whole vectors. */
    int stride() {
        return roundUp(width);
    }

    /** Number of keys that a row's query sees, rounded up to whole vectors. */
    int worked(int row) {
        return roundUp(visible(row));
    }

    private static int roundUp(int count) {
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
}
