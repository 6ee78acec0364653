package dev.cria.sft;

import dev.cria.core.data.RaggedBatch;

/**
 * A conversation as tokens, up to the last one that is learned.
 *
 * @param tokens [tokens]
 * @param targets [tokens], the id to predict after each, or {@link RaggedBatch#NO_TARGET}; none after the last
 */
public record ChatRow(int[] tokens, int[] targets) {
    /** Number of tokens. */
    public int length() {
        return tokens.length;
    }

    /** Number of tokens that are learned. */
    public int targetCount() {
        return count(0, targets.length);
    }

    int count(int from, int to) {
        int count = 0;
        for (int t = from; t < to; t++) {
            if (targets[t] != RaggedBatch.NO_TARGET) {
                count++;
            }
        }
        return count;
    }
}
