package dev.cria.model.generation;

import dev.cria.model.CachedSequence;
import dev.cria.model.LlamaDecoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was computed for finished sequences, so that a prompt that goes on from one, as a dialogue's next turn does, costs only its
 * new tokens. Valid while the model's weights stay as they are. When it is full, the sequence used longest ago is given up.
 */
public final class PrefixCache implements AutoCloseable {
    private static final int WORTH = 64; // tokens in common that are worth copying what they share a block with

    private final LlamaDecoder decoder;
    private final long maxTokens;
    private final List<Kept> kept = new ArrayList<>(); // used longest ago first

    /** The first {@code prompt} of the ids were a prompt, the others its continuation. */
    private record Kept(CachedSequence cached, int[] ids, int prompt) {
        int common(int[] other) {
            int mismatch = Arrays.mismatch(ids, other);
            return mismatch < 0 ? ids.length : mismatch;
        }
    }

    /** A cache of a decoder's sequences, with room for so many tokens. */
    PrefixCache(LlamaDecoder decoder, long maxTokens) {
        this.decoder = decoder;
        this.maxTokens = maxTokens;
    }

    /** Whether its sequences are those of a decoder. */
    boolean serves(LlamaDecoder other) {
        return decoder == other;
    }

    /**
     * A sequence that holds as many of a prompt's first tokens as are known, but not its last, which is computed for its logits.
     *
     * @return the sequence, now the caller's, or null if too little is known: a prompt to go on from, or {@value #WORTH} tokens
     */
    @Nullable
    CachedSequence take(int[] prompt) {
        Kept best = null;
        int length = 0;
        for (Kept candidate : kept) {
            int common = Math.min(candidate.common(prompt), prompt.length - 1);
            if (common > length && (common >= candidate.prompt || common >= WORTH)) {
                best = candidate;
                length = common;
            }
        }
        if (best == null) {
            return null;
        }
        boolean goesOn = length >= best.prompt; // else others may go on from it
        CachedSequence sequence = goesOn ? best.cached : best.cached.fork();
        if (goesOn) {
            kept.remove(best);
        }
        sequence.truncate(length);
        return sequence;
    }

    /**
     * Keeps a finished sequence, which becomes the cache's.
     *
     * @param cached what was computed
     * @param prompt its first tokens
     * @param continuation those that follow; the last may not have been computed
     */
    void keep(CachedSequence cached, int[] prompt, int[] continuation) {
        int[] ids = Arrays.copyOf(prompt, cached.length());
        System.arraycopy(continuation, 0, ids, prompt.length, ids.length - prompt.length);
        kept.add(new Kept(cached, ids, prompt.length));
        while (capacity() > maxTokens) {
            kept.remove(0).cached.close();
        }
    }

    /** Tokens that there is memory for; what sequences share counts for each. */
    long capacity() {
        return kept.stream().mapToLong(sequence -> sequence.cached.capacity()).sum();
    }

    /** Gives the memory back to the generator. */
    @Override
    public void close() {
        kept.forEach(sequence -> sequence.cached.close());
        kept.clear();
    }
}
