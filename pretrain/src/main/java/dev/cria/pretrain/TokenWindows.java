package dev.cria.pretrain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.cria.core.data.BatchSource;
import dev.cria.core.data.RaggedBatch;
import dev.cria.core.data.Windows;
import dev.cria.core.data.Windows.Window;
import dev.cria.core.random.CounterRandom;
import dev.cria.core.random.IndexPermutation;
import java.util.ArrayList;
import java.util.List;

/**
 * Training sequences of the context's length in random order. Each epoch cuts the stream into windows that do not overlap,
 * beginning at another offset, and visits each once. The n-th sequence is a function of (seed, n), so the cursor is n.
 */
final class TokenWindows implements BatchSource<RaggedBatch> {
    private static final String CURSOR = "sequences";

    private final Windows windows;
    private final int contextLength;
    private final int batchSize;
    private final long seed;
    private final long perEpoch; // windows
    private final boolean shifts; // whether there is room for an offset
    private long sequences; // drawn so far

    /**
     * Sequences of the first tokens of a stream.
     *
     * @param windows reads them
     * @param tokens how many tokens of the stream may be read, at least contextLength + 1
     */
    TokenWindows(Windows windows, long tokens, int contextLength, int batchSize, long seed) {
        this.windows = windows;
        this.contextLength = contextLength;
        this.batchSize = batchSize;
        this.seed = seed;
        this.shifts = tokens >= 2L * contextLength;
        this.perEpoch = shifts ? (tokens - contextLength) / contextLength : 1;
    }

    @Override
    public RaggedBatch next() {
        List<Window> batch = new ArrayList<>(batchSize);
        for (int i = 0; i < batchSize; i++) {
            batch.add(window(sequences++));
        }
        return windows.read(batch);
    }

    private Window window(long sequence) {
        long epoch = sequence / perEpoch;
        CounterRandom random = CounterRandom.of(seed, "windows", epoch);
        long offset = shifts ? CounterRandom.of(seed, "window offset", epoch).below(0, contextLength) : 0;
        long index = new IndexPermutation(random, perEpoch).get(sequence % perEpoch);
        return new Window(offset + index * contextLength, contextLength);
    }

    @Override
    public JsonNode cursor() {
        return JsonNodeFactory.instance.objectNode().put(CURSOR, sequences);
    }

    @Override
    public void restore(JsonNode cursor) {
        if (!cursor.path(CURSOR).canConvertToLong()) {
            throw new IllegalArgumentException(
                    "a cursor over token windows has '%s', got %s".formatted(CURSOR, cursor));
        }
        sequences = cursor.path(CURSOR).longValue();
    }

    /** Windows that cover a stretch of the stream once, the last one shorter: what the held-out loss is measured on. */
    static List<List<Window>> covering(long from, long to, int contextLength, int batchSize) {
        List<List<Window>> batches = new ArrayList<>();
        List<Window> batch = new ArrayList<>();
        for (long start = from; start + 1 < to; start += contextLength) {
            batch.add(new Window(start, (int) Math.min(contextLength, to - 1 - start)));
            if (batch.size() == batchSize) {
                batches.add(batch);
                batch = new ArrayList<>();
            }
        }
        if (!batch.isEmpty()) {
            batches.add(batch);
        }
        return batches;
    }
}
