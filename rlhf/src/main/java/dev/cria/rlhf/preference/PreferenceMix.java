package dev.cria.rlhf.preference;

import dev.cria.core.random.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which comparisons a reward model learns from (paper section 3.2.2, "data composition"), and which are kept back. */
public final class PreferenceMix {
    private PreferenceMix() {}

    /**
     * Comparisons to learn from and those kept back.
     *
     * @param train in the order they came
     * @param heldOut in the order they came
     */
    public record Split(List<EncodedPair> train, List<EncodedPair> heldOut) {}

    /**
     * All of a model's own comparisons, and a uniform draw without replacement from others, so that these make up the share.
     *
     * @param own all are taken
     * @param others fewer than the share wants are all taken
     * @param share of the others in the mix, from 0 to below 1: 0.5 for the paper's helpfulness model, 0.1 for its safety model
     * @param seed of the draw
     */
    public static List<EncodedPair> mix(List<EncodedPair> own, List<EncodedPair> others, double share, long seed) {
        int wanted = Math.toIntExact(Math.round(own.size() * share / (1 - share)));
        int[] order = CounterRandom.of(seed, "comparisons mixed in", 0).permutation(others.size());
        List<EncodedPair> mix = new ArrayList<>(own);
        Arrays.stream(order).limit(wanted).sorted().forEach(i -> mix.add(others.get(i)));
        return mix;
    }

    /**
     * Keeps back a share of each source, at least one and at most {@code most} comparisons of it, but never all.
     *
     * @param share of each source, from 0
     * @param most comparisons of a source; the paper kept 1,000 of each batch
     * @param seed of the draw
     */
    public static Split holdOut(List<EncodedPair> pairs, double share, int most, long seed) {
        Map<String, Integer> sizes = new LinkedHashMap<>();
        pairs.forEach(pair -> sizes.merge(pair.preference().source(), 1, Integer::sum));
        Map<String, boolean[]> heldOut = new HashMap<>();
        sizes.forEach((source, size) -> heldOut.put(source, drawn(source, size, share, most, seed)));
        List<EncodedPair> train = new ArrayList<>();
        List<EncodedPair> kept = new ArrayList<>();
        Map<String, Integer> seen = new HashMap<>();
        for (EncodedPair pair : pairs) {
            String source = pair.preference().source();
            int index = seen.merge(source, 1, Integer::sum) - 1;
            boolean held = heldOut.getOrDefault(source, new boolean[0])[index];
            (held ? kept : train).add(pair);
        }
        return new Split(train, kept);
    }

    private static boolean[] drawn(String source, int size, double share, int most, long seed) {
        int count = share == 0 ? 0 : Math.min(Math.min(size - 1, most), (int) Math.ceil(size * share));
        int[] order =
                CounterRandom.of(seed, "comparisons held out " + source, 0).permutation(size);
        boolean[] held = new boolean[size];
        Arrays.stream(order).limit(count).forEach(i -> held[i] = true);
        return held;
    }
}
