package dev.cria.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Predicate;

/** Finds the longest of some pieces at a place of a text, by a trie over UTF-8 bytes. */
final class PieceMatcher {
    private static final int ROOT = 0;

    private final PairMap children = new PairMap(16);
    private final PairMap ids = new PairMap(16);
    private final boolean[] starts = new boolean[256];
    private int nodes = 1;

    /** Makes a matcher for those of the pieces that are wanted. */
    PieceMatcher(List<Piece> pieces, Predicate<Piece> wanted) {
        for (int id = 0; id < pieces.size(); id++) {
            if (wanted.test(pieces.get(id))) {
                add(pieces.get(id).text().getBytes(StandardCharsets.UTF_8), id);
            }
        }
    }

    private void add(byte[] text, int id) {
        starts[text[0] & 0xFF] = true;
        int node = ROOT;
        for (byte b : text) {
            int child = (int) children.putIfAbsent(node, b & 0xFF, nodes);
            nodes = Math.max(nodes, child + 1);
            node = child;
        }
        ids.putIfAbsent(node, 0, ((long) id << 32) | text.length);
    }

    boolean isEmpty() {
        return ids.size() == 0;
    }

    /** Id and byte length of the longest piece at {@code start} as one number, or {@link PairMap#ABSENT}. */
    long longestAt(byte[] text, int start, int end) {
        if (!starts[text[start] & 0xFF]) {
            return PairMap.ABSENT;
        }
        long longest = PairMap.ABSENT;
        long node = ROOT;
        for (int i = start; i < end; i++) {
            node = children.get((int) node, text[i] & 0xFF);
            if (node == PairMap.ABSENT) {
                break;
            }
            long match = ids.get((int) node, 0);
            longest = match == PairMap.ABSENT ? longest : match;
        }
        return longest;
    }

    static int id(long match) {
        return (int) (match >>> 32);
    }

    static int length(long match) {
        return (int) match;
    }
}
