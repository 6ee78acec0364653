package dev.cria.pretrain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cria.core.data.BatchSource;
import dev.cria.core.data.RaggedBatch;
import dev.cria.core.data.Windows;
import dev.cria.core.data.Windows.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Training sequences from one source or several by weight. Each sequence comes from the source that is furthest behind its
 * share, so the shares are kept to within one sequence at any time; the cursor is how many came from each.
 */
final class TokenMixture implements BatchSource<RaggedBatch> {
    private static final String CURSOR = "sequences";
    private static final String CONTEXT = "contextLength";

    private final List<Source> sources;
    private final double[] shares;
    private final int contextLength;
    private final int batchSize;
    private final long[] drawn;

    /**
     * One source.
     *
     * @param windows reads its tokens
     * @param sequences its sequences
     * @param share of all sequences, before division by the sum
     */
    record Source(Windows windows, Sequences sequences, double share) {}

    TokenMixture(List<Source> sources, int contextLength, int batchSize) {
        double sum = sources.stream().mapToDouble(Source::share).sum();
        this.sources = List.copyOf(sources);
        this.shares =
                sources.stream().mapToDouble(source -> source.share() / sum).toArray();
        this.contextLength = contextLength;
        this.batchSize = batchSize;
        this.drawn = new long[sources.size()];
    }

    @Override
    public RaggedBatch next() {
        List<RaggedBatch> parts = new ArrayList<>();
        List<Window> run = new ArrayList<>();
        int current = -1;
        for (int i = 0; i < batchSize; i++) {
            int source = furthestBehind();
            if (source != current && current >= 0) {
                parts.add(sources.get(current).windows().read(run));
                run = new ArrayList<>();
            }
            current = source;
            run.addAll(sources.get(source).sequences().get(drawn[source]++));
        }
        parts.add(sources.get(current).windows().read(run));
        return RaggedBatch.concat(parts);
    }

    private int furthestBehind() {
        long total = Arrays.stream(drawn).sum() + 1;
        int furthest = 0;
        for (int i = 1; i < shares.length; i++) {
            if (total * shares[i] - drawn[i] > total * shares[furthest] - drawn[furthest]) {
                furthest = i;
            }
        }
        return furthest;
    }

    @Override
    public JsonNode cursor() {
        ObjectNode cursor = JsonNodeFactory.instance.objectNode().put(CONTEXT, contextLength);
        cursor.set(CURSOR, JsonNodeFactory.instance.arrayNode());
        for (long count : drawn) {
            cursor.withArray(CURSOR).add(count);
        }
        return cursor;
    }

    @Override
    public void restore(JsonNode cursor) {
        JsonNode counts = cursor.path(CURSOR);
        if (counts.size() != drawn.length || cursor.path(CONTEXT).asInt() != contextLength) {
            throw new IllegalArgumentException(
                    "the checkpoint stands in %d sources with contextLength %d, but the configuration has %d with %d; a run cannot change them"
                            .formatted(counts.size(), cursor.path(CONTEXT).asInt(), drawn.length, contextLength));
        }
        for (int i = 0; i < drawn.length; i++) {
            drawn[i] = counts.get(i).asLong();
        }
    }
}
