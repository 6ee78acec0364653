package dev.cria.model;

import dev.cria.core.autograd.Tape;
import dev.cria.core.ops.Segments;
import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.TensorOps;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;

/**
 * Computes what comes next in many sequences at once, of any lengths, from cached keys and values. Sequences may join and
 * leave at any call. One thread at a time, like the model's engine.
 */
public final class LlamaDecoder implements AutoCloseable {
    private final Llama model;
    private final KvCache cache;

    /**
     * A decoder.
     *
     * @param model what computes; stays open when the decoder is closed
     */
    public LlamaDecoder(Llama model) {
        this.model = model;
        this.cache = new KvCache(model.engine(), model.config());
    }

    /** An empty sequence. */
    public CachedSequence newSequence() {
        return new CachedSequence(cache);
    }

    /**
     * Appends tokens to sequences. Sequences that are all empty are computed as training computes them (prefill).
     *
     * @param sequences distinct sequences of this decoder
     * @param tokens for each sequence at least one token
     * @param logits [sequences, vocab], receives the scores of what follows each sequence's last token
     * @throws IllegalArgumentException if a sequence would be longer than the model's positions; all then are as they were
     */
    public void append(List<CachedSequence> sequences, List<int[]> tokens, float[] logits) {
        append(sequences, tokens, (tape, states) -> {
            Tensor scores = model.logits(tape, states);
            ops().download(logits, 0, scores, Math.toIntExact(scores.length()));
        });
    }

    /**
     * Appends tokens to sequences as {@link #append(List, List, float[])} does, and computes the distributions of what
     * follows.
     *
     * @param temperatures for each sequence, above 0
     * @param next receives the distributions
     */
    public void append(List<CachedSequence> sequences, List<int[]> tokens, float[] temperatures, NextTokens next) {
        append(sequences, tokens, (tape, states) -> model.nextTokens(states, temperatures, next));
    }

    private void append(List<CachedSequence> sequences, List<int[]> tokens, BiConsumer<Tape, Tensor> result) {
        int[] before = sequences.stream().mapToInt(CachedSequence::length).toArray();
        try {
            compute(sequences, tokens, result);
        } catch (RuntimeException | Error e) {
            for (int i = 0; i < before.length; i++) {
                sequences.get(i).truncate(Math.min(before[i], sequences.get(i).length()));
            }
            throw e;
        }
    }

    private void compute(List<CachedSequence> sequences, List<int[]> tokens, BiConsumer<Tape, Tensor> result) {
        int[] lengths = tokens.stream().mapToInt(ids -> ids.length).toArray();
        Segments segments = Segments.ofLengths(lengths);
        int[] ids = new int[segments.tokens()];
        int[] positions = new int[ids.length];
        int[] rows = new int[ids.length]; // of the cache
        int[] last = new int[lengths.length];
        boolean prefill = sequences.stream().allMatch(sequence -> sequence.length() == 0);
        for (int i = 0; i < lengths.length; i++) {
            CachedSequence sequence = sequences.get(i);
            int start = segments.start(i);
            int first = sequence.length();
            sequence.append(lengths[i]);
            System.arraycopy(tokens.get(i), 0, ids, start, lengths[i]);
            for (int t = 0; t < lengths[i]; t++) {
                positions[start + t] = first + t;
                rows[start + t] = sequence.row(first + t);
            }
            last[i] = segments.end(i) - 1;
        }
        IntFunction<LlamaBlock.Attention> attention =
                prefill ? prefill(segments, rows) : decode(contexts(sequences, segments, positions), rows);
        try (Tape tape = model.engine().inference()) {
            Tensor hidden = model.hidden(tape, ids, positions, attention);
            result.accept(tape, tape.gatherRows(hidden, last));
        }
    }

    private static int[][] contexts(List<CachedSequence> sequences, Segments segments, int[] positions) {
        int[][] contexts = new int[positions.length][];
        for (int i = 0; i < segments.count(); i++) {
            for (int t = segments.start(i); t < segments.end(i); t++) {
                contexts[t] = sequences.get(i).context(positions[t]);
            }
        }
        return contexts;
    }

    private IntFunction<LlamaBlock.Attention> prefill(Segments segments, int[] rows) {
        return layer -> (tape, q, k, v) -> {
            store(layer, k, v, rows);
            return tape.causalAttention(q, k, v, model.config().headSize(), segments);
        };
    }

    private IntFunction<LlamaBlock.Attention> decode(int[][] contexts, int[] rows) {
        return layer -> (tape, q, k, v) -> {
            store(layer, k, v, rows);
            Tensor y = model.engine().arena().allocateLike(q);
            int headDim = model.config().headSize();
            ops().cachedAttention(y, q, cache.keys(layer), cache.values(layer), headDim, contexts);
            return y;
        };
    }

    private void store(int layer, Tensor k, Tensor v, int[] rows) {
        ops().putRows(cache.keys(layer), k, rows);
        ops().putRows(cache.values(layer), v, rows);
    }

    private TensorOps ops() {
        return model.engine().ops();
    }

    /** Frees the cache; its sequences must not be used afterwards. */
    @Override
    public void close() {
        cache.close();
    }
}
