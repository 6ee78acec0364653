package dev.cria.core.ops.cpu;

import dev.cria.core.ops.Segments;
import dev.cria.core.ops.cpu.QueryTile.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** How a batch's attention is cut into tiles; made once per batch and used by every layer and head. */
final class AttentionPlan {
    static final int QUERIES = 64; // per tile

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
        List<Span> before = new ArrayList<>();
        int width = 0;
        for (int[] span : List.of(context).subList(0, context.length - 1)) {
            before.add(new Span(span[0], span[1]));
            width += span[1] - span[0];
        }
        List<QueryTile> cut = new ArrayList<>();
        int start = segments.start(segment);
        for (int from = start; from < segments.end(segment); from += QUERIES) {
            int to = Math.min(segments.end(segment), from + QUERIES);
            List<Span> spans = new ArrayList<>(before);
            spans.add(new Span(start, to));
            cut.add(new QueryTile(from, to, List.copyOf(spans), width + to - start));
        }
        return cut;
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
