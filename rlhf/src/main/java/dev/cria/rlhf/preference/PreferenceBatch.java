package dev.cria.rlhf.preference;

import dev.cria.core.data.Batch;
import dev.cria.core.ops.Segments;
import java.util.ArrayList;
import java.util.List;

/**
 * Comparisons in one ragged batch.
 *
 * @param pairs what is compared
 * @param tokens [tokens]
 * @param segments who sees whom
 * @param ends [2 * pairs], the last token of each dialogue: all chosen ones, then all rejected ones
 */
public record PreferenceBatch(List<EncodedPair> pairs, int[] tokens, Segments segments, int[] ends) implements Batch {
    /** Copies the list. */
    public PreferenceBatch {
        pairs = List.copyOf(pairs);
    }

    /** A batch in which what two dialogues share is computed once: they go on from a common segment. */
    public static PreferenceBatch of(List<EncodedPair> pairs) {
        Builder batch = new Builder(pairs);
        for (int i = 0; i < pairs.size(); i++) {
            EncodedPair pair = pairs.get(i);
            int prefix = pair.shared().length == 0 ? Segments.NO_PREFIX : batch.add(pair.shared(), Segments.NO_PREFIX);
            batch.addDialogues(i, pair.chosen(), pair.rejected(), prefix);
        }
        return batch.build();
    }

    /** A batch of whole dialogues, each a segment of its own: what {@link #of} computes in less time. */
    public static PreferenceBatch unshared(List<EncodedPair> pairs) {
        Builder batch = new Builder(pairs);
        for (int i = 0; i < pairs.size(); i++) {
            EncodedPair pair = pairs.get(i);
            batch.addDialogues(i, pair.chosenTokens(), pair.rejectedTokens(), Segments.NO_PREFIX);
        }
        return batch.build();
    }

    @Override
    public int tokenCount() {
        return tokens.length;
    }

    @Override
    public int weight() {
        return pairs.size();
    }

    /** Collects segments. */
    private static final class Builder {
        private final List<EncodedPair> pairs;
        private final List<int[]> parts = new ArrayList<>();
        private final List<Integer> prefixes = new ArrayList<>();
        private final int[] ends;
        private int length;

        Builder(List<EncodedPair> pairs) {
            this.pairs = pairs;
            this.ends = new int[2 * pairs.size()];
        }

        /** Adds a segment and returns its index. */
        int add(int[] ids, int prefix) {
            parts.add(ids);
            prefixes.add(prefix);
            length += ids.length;
            return parts.size() - 1;
        }

        void addDialogues(int pair, int[] chosen, int[] rejected, int prefix) {
            add(chosen, prefix);
            ends[pair] = length - 1;
            add(rejected, prefix);
            ends[pairs.size() + pair] = length - 1;
        }

        PreferenceBatch build() {
            int[] tokens = new int[length];
            int at = 0;
            for (int[] part : parts) {
                System.arraycopy(part, 0, tokens, at, part.length);
                at += part.length;
            }
            Segments segments = Segments.withPrefixes(
                    parts.stream().mapToInt(part -> part.length).toArray(),
                    prefixes.stream().mapToInt(Integer::intValue).toArray());
            return new PreferenceBatch(pairs, tokens, segments, ends);
        }
    }
}
