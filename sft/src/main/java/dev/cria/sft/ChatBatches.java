package dev.cria.sft;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.cria.core.data.BatchSource;
import dev.cria.core.data.RaggedBatch;
import dev.cria.core.ops.Segments;
import dev.cria.core.random.CounterRandom;
import dev.cria.sft.Packer.Piece;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Endless batches of rows. Each epoch takes all rows in another order, which is a function of (seed, epoch), so that the
 * cursor is an epoch and a place in it.
 */
public final class ChatBatches implements BatchSource<RaggedBatch> {
    private static final String EPOCH = "epoch";
    private static final String SEQUENCE = "sequence";
    private static final String DATA = "data";
    private static final String PACKING = "packing";
    private static final String CONTEXT = "contextLength";

    private final List<ChatRow> rows;
    private final Packing packing;
    private final Packer packer;
    private final int contextLength;
    private final int batchSize;
    private final long seed;
    private final String fingerprint;
    private long epoch;
    private int sequence; // next one of the epoch
    private List<List<Piece>> sequences;

    /**
     * Batches from the first epoch on.
     *
     * @param rows what is learned, at least one, none longer than the context
     * @param packing how rows fill sequences
     * @param contextLength most tokens of a sequence
     * @param batchSize sequences of a batch
     * @param seed of the order
     */
    public ChatBatches(List<ChatRow> rows, Packing packing, int contextLength, int batchSize, long seed) {
        if (rows.isEmpty()) {
            throw new IllegalArgumentException("there is no row to learn from");
        }
        this.rows = List.copyOf(rows);
        this.packing = packing;
        this.packer = new Packer(this.rows, packing, contextLength);
        this.contextLength = contextLength;
        this.batchSize = batchSize;
        this.seed = seed;
        this.fingerprint = fingerprint(rows);
        this.sequences = sequences(0);
    }

    /** Batches that so many epochs make, the last one perhaps with rows of the next epoch. */
    public long batches(int epochs) {
        long total = 0;
        for (int e = 0; e < epochs; e++) {
            total += sequences(e).size();
        }
        return (total + batchSize - 1) / batchSize;
    }

    /** Tokens of the largest batch that an epoch can make. */
    long mostTokens() {
        int[] ascending = sequences(0).stream()
                .mapToInt(sequence -> sequence.stream().mapToInt(Piece::length).sum())
                .sorted()
                .toArray();
        int rest = batchSize % ascending.length; // a batch may hold whole epochs and the rest of one
        long epochs = batchSize / ascending.length;
        return epochs * Arrays.stream(ascending).asLongStream().sum()
                + Arrays.stream(ascending, ascending.length - rest, ascending.length)
                        .asLongStream()
                        .sum();
    }

    @Override
    public RaggedBatch next() {
        List<List<Piece>> batch = new ArrayList<>();
        while (batch.size() < batchSize) {
            if (sequence == sequences.size()) {
                epoch++;
                sequence = 0;
                sequences = sequences(epoch);
            }
            batch.add(sequences.get(sequence++));
        }
        return assemble(batch);
    }

    @Override
    public JsonNode cursor() {
        return JsonNodeFactory.instance
                .objectNode()
                .put(EPOCH, epoch)
                .put(SEQUENCE, sequence)
                .put(DATA, fingerprint)
                .put(PACKING, packing.name())
                .put(CONTEXT, contextLength);
    }

    @Override
    public void restore(JsonNode cursor) {
        if (!cursor.path(DATA).asText().equals(fingerprint)) {
            throw new IllegalArgumentException(
                    "the chat data is not what this run began with; restore it, or begin another run");
        }
        requireSame(cursor, PACKING, packing.name());
        requireSame(cursor, CONTEXT, String.valueOf(contextLength));
        epoch = cursor.path(EPOCH).longValue();
        sequences = sequences(epoch);
        sequence = cursor.path(SEQUENCE).intValue();
        if (epoch < 0 || sequence < 0 || sequence > sequences.size()) {
            throw new IllegalArgumentException("a cursor outside the chat data: " + cursor);
        }
    }

    /** A place among sequences means nothing among others. Early checkpoints do not say how theirs were made. */
    private static void requireSame(JsonNode cursor, String key, String value) {
        String before = cursor.path(key).asText(value);
        if (!before.equals(value)) {
            throw new IllegalArgumentException(
                    "the run began with data.%s %s, not %s, which would repeat rows and skip others; keep it, or begin another run"
                            .formatted(key, before, value));
        }
    }

    /** All rows once and in order, each a segment of its own: what the held-out loss is measured on. */
    public static List<RaggedBatch> inOrder(List<ChatRow> rows, int contextLength, int batchSize) {
        if (rows.isEmpty()) {
            return List.of();
        }
        ChatBatches source = new ChatBatches(rows, Packing.ISOLATED, contextLength, batchSize, 0);
        List<List<Piece>> all =
                source.packer.pack(IntStream.range(0, rows.size()).toArray());
        List<RaggedBatch> batches = new ArrayList<>();
        for (int from = 0; from < all.size(); from += batchSize) {
            batches.add(source.assemble(all.subList(from, Math.min(all.size(), from + batchSize))));
        }
        return batches;
    }

    private List<List<Piece>> sequences(long ofEpoch) {
        return packer.pack(CounterRandom.of(seed, "chat rows", ofEpoch).permutation(rows.size()));
    }

    private RaggedBatch assemble(List<List<Piece>> batch) {
        List<Piece> pieces = batch.stream().flatMap(List::stream).toList();
        int[] lengths = packing == Packing.CONCATENATED
                ? batch.stream()
                        .mapToInt(s -> s.stream().mapToInt(Piece::length).sum())
                        .toArray()
                : pieces.stream().mapToInt(Piece::length).toArray();
        Segments segments = Segments.ofLengths(lengths);
        int[] tokens = new int[segments.tokens()];
        int[] targets = new int[tokens.length];
        int at = 0;
        for (Piece piece : pieces) {
            ChatRow row = rows.get(piece.row());
            System.arraycopy(row.tokens(), piece.from(), tokens, at, piece.length());
            System.arraycopy(row.targets(), piece.from(), targets, at, piece.length());
            at += piece.length();
        }
        return new RaggedBatch(tokens, targets, segments);
    }

    private static String fingerprint(List<ChatRow> rows) {
        long hash = rows.size();
        for (ChatRow row : rows) {
            hash = 31 * (31 * hash + Arrays.hashCode(row.tokens())) + Arrays.hashCode(row.targets());
        }
        return Long.toHexString(hash);
    }
}
