package dev.cria.tokenizer;

import java.util.Arrays;
import java.util.List;

/** Which pairs of symbols merge, to what, and in which order of preference. */
final class MergeTable {
    /** The merge of pairs that do not merge; its rank comes after all others. */
    static final long NO_MERGE = Long.MAX_VALUE;

    private final PairMap merges;

    private MergeTable(int expectedSize) {
        merges = new PairMap(expectedSize);
    }

    /**
     * SentencePiece's rule: two symbols merge if their texts, joined, are a piece, and the piece of highest score goes first. Pieces
     * of equal score share a rank.
     */
    static MergeTable byScore(List<Piece> pieces, Symbols symbols) {
        int[] ranks = ranksByScore(pieces);
        MergeTable table = new MergeTable(pieces.size() * 3);
        for (int id = 0; id < pieces.size(); id++) {
            if (pieces.get(id).isMergeable()) {
                table.addSplits(pieces.get(id).text(), ranks[id], id, symbols);
            }
        }
        return table;
    }

    /** Hugging Face's rule: the listed pairs merge, the earlier ones first. Each row is {left, right, merged}. */
    static MergeTable byList(List<int[]> merges) {
        MergeTable table = new MergeTable(merges.size());
        for (int rank = 0; rank < merges.size(); rank++) {
            int[] merge = merges.get(rank);
            table.merges.putIfAbsent(merge[0], merge[1], merge(rank, merge[2]));
        }
        return table;
    }

    private static int[] ranksByScore(List<Piece> pieces) {
        // Adding zero makes -0 to 0: the two are equal scores.
        double[] costs =
                pieces.stream().mapToDouble(piece -> -piece.score() + 0.0).toArray();
        double[] distinct = Arrays.stream(costs).sorted().distinct().toArray();
        return Arrays.stream(costs)
                .mapToInt(cost -> Arrays.binarySearch(distinct, cost))
                .toArray();
    }

    private void addSplits(String text, int rank, int id, Symbols symbols) {
        for (int i = text.offsetByCodePoints(0, 1); i < text.length(); i = text.offsetByCodePoints(i, 1)) {
            int left = symbols.ofText(text.substring(0, i));
            int right = symbols.ofText(text.substring(i));
            if (left != Symbols.NONE && right != Symbols.NONE) {
                merges.putIfAbsent(left, right, merge(rank, id));
            }
        }
    }

    /** The merge of two symbols as rank and merged symbol in one number, or {@link #NO_MERGE}. */
    long of(int left, int right) {
        if ((left | right) < 0) {
            return NO_MERGE;
        }
        long merge = merges.get(left, right);
        return merge == PairMap.ABSENT ? NO_MERGE : merge;
    }

    /** Merges of lower rank go first. */
    static int rank(long merge) {
        return (int) (merge >>> 32);
    }

    static int symbol(long merge) {
        return (int) merge;
    }

    private static long merge(int rank, int symbol) {
        return ((long) rank << 32) | symbol;
    }
}
