package dev.cria.rlhf.preference;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.cria.core.data.BatchSource;
import dev.cria.core.random.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Endless batches of comparisons. Each epoch takes all of them in another order, which is a function of (seed, epoch), so that
 * the cursor is an epoch and a place in it; the last batch of an epoch may be smaller.
 */
public final class PreferenceBatches implements BatchSource<PreferenceBatch> {
    private static final String EPOCH = "epoch";
    private static final String PAIR = "pair";
    private static final String DATA = "data";

    private final List<EncodedPair> pairs;
    private final int batchSize;
    private final long seed;
    private final Function<List<EncodedPair>, PreferenceBatch> assembly;
    private final String fingerprint;
    private long epoch;
    private int next; // pair of the epoch
    private int[] order;

    /**
     * Batches from the first epoch on.
     *
     * @param pairs at least one
     * @param batchSize pairs of a batch
     * @param seed of the order
     * @param assembly {@link PreferenceBatch#of} or {@link PreferenceBatch#unshared}
     */
    public PreferenceBatches(
            List<EncodedPair> pairs, int batchSize, long seed, Function<List<EncodedPair>, PreferenceBatch> assembly) {
        if (pairs.isEmpty()) {
            throw new IllegalArgumentException("there is no comparison to learn from");
        }
        this.pairs = List.copyOf(pairs);
        this.batchSize = batchSize;
        this.seed = seed;
        this.assembly = assembly;
        this.fingerprint = fingerprint(pairs);
        this.order = order(0);
    }

    /** Batches that so many epochs make. */
    public long batches(int epochs) {
        return (long) epochs * ((pairs.size() + batchSize - 1) / batchSize);
    }

    /** Tokens of the largest batch that the longest pairs can make, what two dialogues share counted once. */
    public long mostTokens() {
        return pairs.stream()
                .mapToLong(pair -> (long) pair.shared().length + pair.chosen().length + pair.rejected().length)
                .map(tokens -> -tokens) // longest first
                .sorted()
                .limit(batchSize)
                .map(tokens -> -tokens)
                .sum();
    }

    @Override
    public PreferenceBatch next() {
        if (next == order.length) {
            epoch++;
            next = 0;
            order = order(epoch);
        }
        int end = Math.min(order.length, next + batchSize);
        List<EncodedPair> batch =
                Arrays.stream(order, next, end).mapToObj(pairs::get).toList();
        next = end;
        return assembly.apply(batch);
    }

    @Override
    public JsonNode cursor() {
        return JsonNodeFactory.instance
                .objectNode()
                .put(EPOCH, epoch)
                .put(PAIR, next)
                .put(DATA, fingerprint);
    }

    @Override
    public void restore(JsonNode cursor) {
        if (!cursor.path(DATA).asText().equals(fingerprint)) {
            throw new IllegalArgumentException(
                    "the comparisons are not what this run began with; restore them, or begin another run");
        }
        epoch = cursor.path(EPOCH).longValue();
        order = order(epoch);
        next = cursor.path(PAIR).intValue();
        if (epoch < 0 || next < 0 || next > order.length) {
            throw new IllegalArgumentException("a cursor outside the comparisons: " + cursor);
        }
    }

    /** All pairs once and in order: what the held-out loss is measured on. */
    public static List<PreferenceBatch> inOrder(List<EncodedPair> pairs, int batchSize) {
        List<PreferenceBatch> batches = new ArrayList<>();
        for (int from = 0; from < pairs.size(); from += batchSize) {
            batches.add(PreferenceBatch.of(pairs.subList(from, Math.min(pairs.size(), from + batchSize))));
        }
        return batches;
    }

    private int[] order(long ofEpoch) {
        return CounterRandom.of(seed, "comparisons", ofEpoch).permutation(pairs.size());
    }

    private static String fingerprint(List<EncodedPair> pairs) {
        long hash = pairs.size();
        for (EncodedPair pair : pairs) {
            Preference preference = pair.preference();
            hash = 31 * hash + Arrays.hashCode(pair.shared());
            hash = 31 * hash + Arrays.hashCode(pair.chosen());
            hash = 31 * hash + Arrays.hashCode(pair.rejected());
            hash = 31 * hash + String.valueOf(preference.rating()).hashCode();
            hash = 31 * hash + String.valueOf(preference.safety()).hashCode();
        }
        return Long.toHexString(hash);
    }
}
