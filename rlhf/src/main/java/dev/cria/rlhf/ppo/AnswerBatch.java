package dev.cria.rlhf.ppo;

import dev.cria.core.data.RaggedBatch;
import dev.cria.core.ops.Segments;
import java.util.Arrays;
import java.util.List;

/**
 * Prompts with their answers, each a segment, of which the answers' tokens are the targets. The last token of an answer is a
 * target only: nothing follows it. A row that predicts an answer's token is also where the value before that token is read.
 */
final class AnswerBatch {
    private final RaggedBatch batch;

    /**
     * A batch.
     *
     * @param sequences prompts with answers
     * @param promptLengths tokens of each prompt, at least 1
     */
    private AnswerBatch(List<int[]> sequences, int[] promptLengths) {
        int[] lengths = sequences.stream().mapToInt(ids -> ids.length - 1).toArray();
        Segments segments = Segments.ofLengths(lengths);
        int[] tokens = new int[segments.tokens()];
        int[] targets = new int[tokens.length];
        Arrays.fill(targets, RaggedBatch.NO_TARGET);
        for (int s = 0; s < lengths.length; s++) {
            int start = segments.start(s);
            int first = promptLengths[s] - 1; // the row that predicts the answer's first token
            System.arraycopy(sequences.get(s), 0, tokens, start, lengths[s]);
            System.arraycopy(sequences.get(s), first + 1, targets, start + first, lengths[s] - first);
        }
        this.batch = new RaggedBatch(tokens, targets, segments);
    }

    static AnswerBatch of(List<Rollout> rollouts) {
        return new AnswerBatch(
                rollouts.stream().map(Rollout::tokens).toList(),
                rollouts.stream().mapToInt(Rollout::promptLength).toArray());
    }

    static AnswerBatch of(List<int[]> sequences, int[] promptLengths) {
        return new AnswerBatch(sequences, promptLengths);
    }

    /** The tokens, with the answers' as targets. */
    RaggedBatch tokens() {
        return batch;
    }

    /** Rows that predict an answer's token, answer after answer: [answer tokens]. */
    int[] rows() {
        return batch.targetRows();
    }
}
