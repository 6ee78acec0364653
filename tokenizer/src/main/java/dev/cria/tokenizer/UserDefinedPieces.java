package dev.cria.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Finds the longest user-defined piece at a place of a text, by a trie over UTF-8 bytes. */
final class UserDefinedPieces {
    private static final int ROOT = 0;

    private final PairMap children = new PairMap(16);
    private final PairMap ids = new PairMap(16);
    private int nodes = 1;

    UserDefinedPieces(List<Piece> pieces) {
        for (int id = 0; id < pieces.size(); id++) {
            if (pieces.get(id).type() == PieceType.USER_DEFINED) {
                add(pieces.get(id).text().getBytes(StandardCharsets.UTF_8), id);
            }
        }
    }

    private void add(byte[] text, int id) {
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
