package dev.cria.core.data;

import dev.cria.core.ops.Segments;
import java.util.Arrays;
import java.util.List;

/**
 * A flat list of tokens that falls into segments, with the token each position should predict. There is no padding.
 *
 * @param tokens [tokens]
 * @param targets [tokens], the id to predict at each position or {@link #NO_TARGET}
 * @param segments who sees whom
 */
public record RaggedBatch(int[] tokens, int[] targets, Segments segments) implements Batch {
    /** Marks a position without a loss. */
    public static final int NO_TARGET = -1;

    /** Checks that the three agree on the number of tokens. */
    public RaggedBatch {
        if (tokens.length != targets.length || tokens.length != segments.tokens()) {
            throw new IllegalArgumentException(
                    "%d tokens, %d targets and segments over %d tokens do not belong together"
                            .formatted(tokens.length, targets.length, segments.tokens()));
        }
    }

    /**
     * Whole sequences, each a segment; every token but the last of its sequence predicts the next.
     *
     * @param sequences token ids, each at least one
     */
    public static RaggedBatch nextToken(int[]... sequences) {
        int[] lengths = Arrays.stream(sequences).mapToInt(s -> s.length).toArray();
        Segments segments = Segments.ofLengths(lengths);
        int[] tokens = new int[segments.tokens()];
        int[] targets = new int[tokens.length];
        Arrays.fill(targets, NO_TARGET);
        for (int s = 0; s < sequences.length; s++) {
            int length = lengths[s];
            System.arraycopy(sequences[s], 0, tokens, segments.start(s), length);
            System.arraycopy(sequences[s], 1, targets, segments.start(s), length - 1);
        }
        return new RaggedBatch(tokens, targets, segments);
    }

    /** Batches one after another as one; their segments stay apart and keep their prefixes. */
    public static RaggedBatch concat(List<RaggedBatch> parts) {
        if (parts.size() == 1) {
            return parts.get(0);
        }
        int[] tokens =
                parts.stream().flatMapToInt(part -> Arrays.stream(part.tokens)).toArray();
        int[] targets =
                parts.stream().flatMapToInt(part -> Arrays.stream(part.targets)).toArray();
        return new RaggedBatch(tokens, targets, segments(parts));
    }

    private static Segments segments(List<RaggedBatch> parts) {
        int count = parts.stream().mapToInt(part -> part.segments.count()).sum();
        int[] lengths = new int[count];
        int[] prefixes = new int[count];
        int first = 0; // index of the part's first segment among all
        for (RaggedBatch part : parts) {
            for (int s = 0; s < part.segments.count(); s++) {
                int prefix = part.segments.prefix(s);
                lengths[first + s] = part.segments.length(s);
                prefixes[first + s] = prefix == Segments.NO_PREFIX ? Segments.NO_PREFIX : first + prefix;
            }
            first += part.segments.count();
        }
        return Segments.withPrefixes(lengths, prefixes);
    }

    /** Positions that have a target, ascending: [targets]. */
    public int[] targetRows() {
        int[] rows = new int[targetCount()];
        for (int t = 0, n = 0; t < targets.length; t++) {
            if (targets[t] != NO_TARGET) {
                rows[n++] = t;
            }
        }
        return rows;
    }

    /** The segment of each position that has a target, ascending: [targets]. */
    public int[] targetSegments() {
        int[] owners = new int[targetCount()];
        int n = 0;
        for (int s = 0; s < segments.count(); s++) {
            for (int t = segments.start(s); t < segments.start(s) + segments.length(s); t++) {
                if (targets[t] != NO_TARGET) {
                    owners[n++] = s;
                }
            }
        }
        return owners;
    }

    /** The targets without the positions that have none: [targets]. */
    public int[] targetIds() {
        int[] ids = new int[targetCount()];
        int n = 0;
        for (int target : targets) {
            if (target != NO_TARGET) {
                ids[n++] = target;
            }
        }
        return ids;
    }

    /** Number of positions with a target. */
    public int targetCount() {
        int count = 0;
        for (int target : targets) {
            if (target != NO_TARGET) {
                count++;
            }
        }
        return count;
    }

    @Override
    public int tokenCount() {
        return tokens.length;
    }

    @Override
    public int weight() {
        return targetCount();
    }

    /**
     * Checks that every id is in the vocabulary.
     *
     * @throws IllegalArgumentException naming the first id that is not, and where
     */
    public void checkIds(int vocabSize) {
        for (int t = 0; t < tokens.length; t++) {
            int target = targets[t];
            if (tokens[t] < 0 || tokens[t] >= vocabSize || target < NO_TARGET || target >= vocabSize) {
                throw new IllegalArgumentException(
                        "token %d (id %d, target %d) is outside the vocabulary of %d; was the data made with another tokenizer?"
                                .formatted(t, tokens[t], target, vocabSize));
            }
        }
    }
}
