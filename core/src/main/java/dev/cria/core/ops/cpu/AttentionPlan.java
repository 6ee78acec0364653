package dev.cria.core.ops.cpu;

import dev.cria.core.ops.Segments;
import dev.cria.core.ops.cpu.QueryTile.KeyBlock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** How a batch's attention is cut into tiles; made once per batch and used by every layer and head. */
final class AttentionPlan {
    static final int QUERIES = 64; // per tile
    static final int KEYS = 256; // per block, at most
    static final int GRAIN = 64; // keys of a block whose size comes again are multiples of it

    private final Segments segments;
    private final List<List<QueryTile>> tilesOfSegment = new ArrayList<>();
    private final List<QueryTile> tiles = new ArrayList<>();
    private final List<List<List<QueryTile>>> families = new ArrayList<>();

    AttentionPlan(Segments segments) {
        this.segments = segments;
        for (int s = 0; s < segments.count(); s++) {
            tilesOfSegment.add(cut(s));
            tiles.addAll(tilesOfSegment.get(s));
        }
        tiles.sort(Comparator.comparingInt((QueryTile tile) -> tile.width() * tile.rows())
                .reversed());
        gatherFamilies();
    }

    /** Number of tokens. */
    int tokens() {
        return segments.tokens();
    }

    /** Whether this plan was made for these segments. */
    boolean serves(Segments batch) {
        return segments == batch;
    }

    /** All tiles, the most work first, so that no thread ends with a long one. */
    List<QueryTile> tiles() {
        return tiles;
    }

    /**
     * Families of segments, those with the same root prefix, each as its segments in order, each of these as its tiles in
     * order; the longest family first.
     */
    List<List<List<QueryTile>>> families() {
        return families;
    }

    private List<QueryTile> cut(int segment) {
        int[][] context = segments.context(segment);
        List<KeyBlock> before = new ArrayList<>();
        for (int[] span : List.of(context).subList(0, context.length - 1)) {
            addBlocks(before, span[0], span[1], false);
        }
        List<QueryTile> cut = new ArrayList<>();
        int start = segments.start(segment);
        for (int from = start; from < segments.end(segment); from += QUERIES) {
            int to = Math.min(segments.end(segment), from + QUERIES);
            List<KeyBlock> blocks = new ArrayList<>(before);
            addBlocks(blocks, start, to, true);
            cut.add(new QueryTile(from, to, List.copyOf(blocks), width(blocks)));
        }
        return cut;
    }

    /** Cuts keys into whole blocks as far as there are any, then one of a size that comes again, then what is left. */
    private static void addBlocks(List<KeyBlock> blocks, int from, int to, boolean own) {
        int column = width(blocks) - from;
        for (int at = from, count; at < to; at += count) {
            int left = to - at;
            count = left >= KEYS ? KEYS : left >= GRAIN ? left / GRAIN * GRAIN : left;
            blocks.add(new KeyBlock(at, count, column + at, own));
        }
    }

    private static int width(List<KeyBlock> blocks) {
        if (blocks.isEmpty()) {
            return 0;
        }
        KeyBlock last = blocks.get(blocks.size() - 1);
        return last.column() + last.count();
    }

    private void gatherFamilies() {
        int[] familyOf = new int[segments.count()];
        for (int s = 0; s < segments.count(); s++) {
            int prefix = segments.prefix(s);
            familyOf[s] = prefix == Segments.NO_PREFIX ? families.size() : familyOf[prefix];
            if (prefix == Segments.NO_PREFIX) {
                families.add(new ArrayList<>());
            }
            families.get(familyOf[s]).add(tilesOfSegment.get(s));
        }
        families.sort(Comparator.comparingLong(AttentionPlan::work).reversed());
    }

    private static long work(List<List<QueryTile>> family) {
        return family.stream()
                .flatMap(List::stream)
                .mapToLong(tile -> (long) tile.width() * tile.rows())
                .sum();
    }
}
