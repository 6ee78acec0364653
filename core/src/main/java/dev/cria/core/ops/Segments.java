package dev.cria.core.ops;

import java.util.Arrays;

/**
 * How a ragged batch of tokens falls into segments. Attention is causal inside a segment and never crosses one, and
 * positions restart per segment; a segment may name an earlier one as its prefix: it attends to all of that, its
 * positions go on from it, and gradients flow back into it.
 */
public final class Segments {
    /** Marks a segment without a prefix. */
    public static final int NO_PREFIX = -1;

    private final int[] starts; // [segments + 1]
    private final int[] prefixes; // [segments]
    private final int[] positions; // [tokens]

    private Segments(int[] starts, int[] prefixes) {
        this.starts = starts;
        this.prefixes = prefixes;
        this.positions = new int[starts[starts.length - 1]];
        for (int s = 0; s < prefixes.length; s++) {
            int first = prefixes[s] == NO_PREFIX ? 0 : positions[end(prefixes[s]) - 1] + 1;
            for (int t = starts[s]; t < starts[s + 1]; t++) {
                positions[t] = first + t - starts[s];
            }
        }
    }

    /**
     * Segments of the given lengths, none with a prefix.
     *
     * @param lengths tokens per segment, each at least 1
     */
    public static Segments ofLengths(int... lengths) {
        int[] prefixes = new int[lengths.length];
        Arrays.fill(prefixes, NO_PREFIX);
        return withPrefixes(lengths, prefixes);
    }

    /**
     * Segments of which some go on from an earlier one.
     *
     * @param lengths tokens per segment, each at least 1
     * @param prefixes for each segment the index of an earlier one, or {@link #NO_PREFIX}
     * @throws IllegalArgumentException naming the segment that is empty or whose prefix is not an earlier segment
     */
    public static Segments withPrefixes(int[] lengths, int[] prefixes) {
        if (lengths.length == 0 || lengths.length != prefixes.length) {
            throw new IllegalArgumentException(
                    "need at least one segment and a prefix entry for each, got %d lengths and %d prefixes"
                            .formatted(lengths.length, prefixes.length));
        }
        int[] starts = new int[lengths.length + 1];
        for (int s = 0; s < lengths.length; s++) {
            if (lengths[s] < 1) {
                throw new IllegalArgumentException("segment " + s + " is empty; drop it");
            }
            if (prefixes[s] < NO_PREFIX || prefixes[s] >= s) {
                throw new IllegalArgumentException(
                        "segment %d names segment %d as its prefix, which is not an earlier one"
                                .formatted(s, prefixes[s]));
            }
            starts[s + 1] = Math.addExact(starts[s], lengths[s]);
        }
        return new Segments(starts, prefixes.clone());
    }

    /** Number of segments. */
    public int count() {
        return prefixes.length;
    }

    /** Number of tokens of all segments together. */
    public int tokens() {
        return starts[starts.length - 1];
    }

    /** Index of a segment's first token. */
    public int start(int segment) {
        return starts[segment];
    }

    /** Index after a segment's last token. */
    public int end(int segment) {
        return starts[segment + 1];
    }

    /** Number of a segment's own tokens. */
    public int length(int segment) {
        return starts[segment + 1] - starts[segment];
    }

    /** The segment that this one goes on from, or {@link #NO_PREFIX}. */
    public int prefix(int segment) {
        return prefixes[segment];
    }

    /** Position of each token in its sequence, prefix included: [tokens]. The caller must not change it. */
    public int[] positions() {
        return positions;
    }

    /**
     * The tokens a segment can see, in order of position: its chain of prefixes and itself, as pairs of first and last
     * (excluded) token index.
     *
     * @return [spans][2], the segment itself last
     */
    public int[][] context(int segment) {
        int depth = 1;
        for (int s = prefixes[segment]; s != NO_PREFIX; s = prefixes[s]) {
            depth++;
        }
        int[][] spans = new int[depth][];
        for (int s = segment, i = depth - 1; i >= 0; s = prefixes[s], i--) {
            spans[i] = new int[] {starts[s], starts[s + 1]};
        }
        return spans;
    }

    /** Largest number of tokens that any token can see, itself included. */
    public int longestContext() {
        int longest = 0;
        for (int s = 0; s < count(); s++) {
            longest = Math.max(longest, positions[end(s) - 1] + 1);
        }
        return longest;
    }
}
