package dev.cria.model;

import dev.cria.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How well a model predicts documents. Each document is read from the tokenizer's bos to its eos, in pieces of the model's
 * longest sequence, so that every token but the first is predicted once.
 */
public final class TextEvaluation {
    private static final int PIECES_AT_ONCE = 64;

    private final TokenScorer scorer;
    private final Tokenizer tokenizer;
    private final int pieceLength;
    private double nats;
    private long tokens;
    private long bytes;

    /**
     * What was measured.
     *
     * @param nats sum of -log p over the tokens predicted
     * @param tokens number of tokens predicted
     * @param bytes of text
     */
    public record Result(double nats, long tokens, long bytes) {
        /** Mean cross entropy of a token, in nats. */
        public double loss() {
            return nats / tokens;
        }

        /** exp of the loss. */
        public double perplexity() {
            return Math.exp(loss());
        }

        /** Bits that the model needs for a byte of text, ends of documents included: comparable between tokenizers. */
        public double bitsPerByte() {
            return nats / Math.log(2) / bytes;
        }
    }

    /**
     * An evaluation of no documents yet.
     *
     * @param model predicts; stays open
     * @param tokenizer the one it was trained with
     * @throws IllegalArgumentException if the tokenizer has ids that the model does not know
     */
    public TextEvaluation(Llama model, Tokenizer tokenizer) {
        if (tokenizer.vocabSize() > model.config().vocabSize()) {
            throw new IllegalArgumentException(
                    "the tokenizer has %d ids, the model's embedding %d; use the tokenizer that the model was trained with"
                            .formatted(tokenizer.vocabSize(), model.config().vocabSize()));
        }
        if (model.config().maxPositionEmbeddings() < 2) {
            throw new IllegalArgumentException("a model of one position predicts nothing");
        }
        this.scorer = new TokenScorer(model);
        this.tokenizer = tokenizer;
        this.pieceLength = model.config().maxPositionEmbeddings();
    }

    /** Evaluates a document, UTF-8 text. */
    public void add(byte[] document) {
        int[] ids = withEnds(tokenizer.encode(document));
        bytes += document.length;
        List<int[]> pieces = new ArrayList<>();
        for (int from = 0; from + 1 < ids.length; from += pieceLength - 1) {
            pieces.add(Arrays.copyOfRange(ids, from, Math.min(ids.length, from + pieceLength)));
            if (pieces.size() == PIECES_AT_ONCE) {
                score(pieces);
                pieces.clear();
            }
        }
        score(pieces);
    }

    private int[] withEnds(int[] text) {
        int bos = tokenizer.bosId() >= 0 ? 1 : 0;
        int eos = tokenizer.eosId() >= 0 ? 1 : 0;
        int[] ids = new int[bos + text.length + eos];
        if (bos > 0) {
            ids[0] = tokenizer.bosId();
        }
        System.arraycopy(text, 0, ids, bos, text.length);
        if (eos > 0) {
            ids[ids.length - 1] = tokenizer.eosId();
        }
        return ids;
    }

    private void score(List<int[]> pieces) {
        for (float[] logProbs : scorer.score(pieces)) {
            for (float logProb : logProbs) {
                nats -= logProb;
            }
            tokens += logProbs.length;
        }
    }

    /**
     * The result over all documents so far.
     *
     * @throws IllegalArgumentException if no token was predicted
     */
    public Result result() {
        if (tokens == 0) {
            throw new IllegalArgumentException("the data has nothing to predict; give at least two tokens of text");
        }
        return new Result(nats, tokens, bytes);
    }
}
