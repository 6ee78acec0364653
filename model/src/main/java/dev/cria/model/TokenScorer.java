package dev.cria.model;

import dev.cria.core.autograd.Tape;
import dev.cria.core.data.RaggedBatch;
import dev.cria.core.ops.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Log-probabilities of given token sequences, many at a time in ragged batches. */
public final class TokenScorer {
    private static final int TOKENS_PER_BATCH = 4096;

    private final Llama model;

    /** A scorer on a model, which stays open. */
    public TokenScorer(Llama model) {
        this.model = model;
    }

    /**
     * Scores sequences.
     *
     * @param sequences token ids, each at least one
     * @return for each sequence the natural-log probability of each token but the first, given those before it
     * @throws IllegalArgumentException if a sequence is empty, too long or has an id outside the vocabulary
     */
    public List<float[]> score(List<int[]> sequences) {
        sequences.forEach(this::check);
        List<float[]> scores = new ArrayList<>();
        for (int from = 0; from < sequences.size(); ) {
            int to = batchEnd(sequences, from);
            scores.addAll(scoreBatch(sequences.subList(from, to)));
            from = to;
        }
        return scores;
    }

    /**
     * Checks that a sequence can be scored.
     *
     * @throws IllegalArgumentException if it is empty, too long or has an id outside the vocabulary
     */
    public void check(int[] ids) {
        int longest = model.config().maxPositionEmbeddings();
        if (ids.length == 0 || ids.length > longest) {
            throw new IllegalArgumentException(
                    "a sequence must have 1 to %d tokens, the model's positions; this one has %d"
                            .formatted(longest, ids.length));
        }
        int vocabSize = model.config().vocabSize();
        for (int id : ids) {
            if (id < 0 || id >= vocabSize) {
                throw new IllegalArgumentException(
                        "id %d is outside the model's vocabulary of %d".formatted(id, vocabSize));
            }
        }
    }

    private static int batchEnd(List<int[]> sequences, int from) {
        int to = from;
        int tokens = 0;
        do {
            tokens += sequences.get(to++).length;
        } while (to < sequences.size() && tokens + sequences.get(to).length <= TOKENS_PER_BATCH);
        return to;
    }

    private List<float[]> scoreBatch(List<int[]> sequences) {
        RaggedBatch batch = RaggedBatch.nextToken(sequences.toArray(int[][]::new));
        float[] all = new float[batch.targetCount()];
        if (all.length > 0) {
            try (Tape tape = model.engine().inference()) {
                Tensor logProbs = model.logProbs(tape, batch);
                model.engine().ops().download(all, 0, logProbs, all.length);
            }
        }
        List<float[]> scores = new ArrayList<>();
        int at = 0;
        for (int[] sequence : sequences) {
            float[] own = new float[sequence.length - 1];
            System.arraycopy(all, at, own, 0, own.length);
            at += own.length;
            scores.add(own);
        }
        return scores;
    }
}
