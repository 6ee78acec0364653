package dev.cria.core.data;

import dev.cria.core.ops.Segments;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Stretches of a token stream as ragged batches. A document's end inside a window begins a new segment, so that no
 * document sees another, and the last token of a document predicts nothing.
 */
public final class Windows {
    private final TokenShards tokens;
    private final boolean isolate;

    /** Windows over stored tokens, documents isolated. */
    public Windows(TokenShards tokens) {
        this(tokens, true);
    }

    /**
     * Windows over stored tokens.
     *
     * @param isolate whether documents are segments of their own; otherwise each window is one
     */
    public Windows(TokenShards tokens, boolean isolate) {
        this.tokens = tokens;
        this.isolate = isolate;
    }

    /** The stored tokens. */
    public TokenShards tokens() {
        return tokens;
    }

    /**
     * Tokens of a window.
     *
     * @param start index of its first token
     * @param length number of tokens; the one after the last is the last target
     */
    public record Window(long start, int length) {}

    /** Reads windows, one after another, into one batch. */
    public RaggedBatch read(List<Window> windows) {
        int total = windows.stream().mapToInt(Window::length).sum();
        int[] ids = new int[total];
        int[] targets = new int[total];
        List<Integer> lengths = new ArrayList<>();
        int at = 0;
        for (Window window : windows) {
            tokens.copy(window.start(), window.length(), ids, at);
            int known = (int) Math.min(window.length(), tokens.tokens() - window.start() - 1);
            tokens.copy(window.start() + 1, known, targets, at);
            Arrays.fill(targets, at + known, at + window.length(), RaggedBatch.NO_TARGET);
            if (isolate) {
                endDocuments(window, targets, at, lengths);
            } else {
                lengths.add(window.length());
            }
            at += window.length();
        }
        int[] segmentLengths = lengths.stream().mapToInt(Integer::intValue).toArray();
        return new RaggedBatch(ids, targets, Segments.ofLengths(segmentLengths));
    }

    /** Cuts a window at the ends of documents and removes the targets there. */
    private void endDocuments(Window window, int[] targets, int at, List<Integer> lengths) {
        long end = window.start() + window.length();
        long from = window.start();
        for (long document = documentAt(from) + 1; from < end; document++) {
            long next = document < tokens.documents() ? tokens.documentStart(document) : tokens.tokens();
            long to = Math.min(next, end);
            if (to > from) {
                lengths.add((int) (to - from));
            }
            if (next <= end) {
                targets[at + (int) (next - 1 - window.start())] = RaggedBatch.NO_TARGET;
            }
            from = to;
        }
    }

    /** The document that a token belongs to: the last one that starts at or before it. */
    private long documentAt(long token) {
        long low = 0;
        long high = tokens.documents() - 1;
        while (low < high) {
            long middle = (low + high + 1) >>> 1;
            if (tokens.documentStart(middle) <= token) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }
}
