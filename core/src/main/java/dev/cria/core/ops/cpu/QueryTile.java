package dev.cria.core.ops.cpu;

import java.util.List;

/**
 * A run of queries of one segment, and the spans of keys that the last of them sees.
 *
 * @param from first query
 * @param to last query, excluded
 * @param spans in order of position, the last one ending with the tile's last query
 * @param width number of keys, the row length of a tile of scores
 */
record QueryTile(int from, int to, List<Span> spans, int width) {
    /** Consecutive tokens. */
    record Span(int from, int to) {
        int length() {
            return to - from;
        }
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
