package dev.cria.model.generation;

import dev.cria.model.CachedSequence;
import dev.cria.model.LlamaDecoder;
import dev.cria.model.NextTokens;
import java.util.List;

/** Computes and draws one token for each of some sequences. */
final class DecodeStep {
    private final LlamaDecoder decoder;
    private final Sampler sampler;
    private final NextTokens next;
    private final boolean padded; // whether the embedding has rows that are no tokens
    private float[] logits = {};

    /**
     * Steps of a decoder.
     *
     * @param vocabSize of the model
     * @param tokens number of the tokenizer's ids, the first of the model's
     */
    DecodeStep(LlamaDecoder decoder, int vocabSize, int tokens) {
        this.decoder = decoder;
        this.sampler = new Sampler(tokens);
        this.next = new NextTokens(vocabSize);
        this.padded = tokens < vocabSize;
    }

    /** Appends tokens to the cached sequences and draws what follows; the lists belong together. */
    void run(List<CachedSequence> cached, List<int[]> tokens, List<GeneratedSequence> sequences) {
        if (padded || sequences.stream().anyMatch(GeneratedSequence::needsLogits)) {
            float[] scores = logits(cached, tokens);
            for (int i = 0; i < sequences.size(); i++) {
                draw(sequences.get(i), scores, i);
            }
            return;
        }
        float[] temperatures = new float[sequences.size()];
        for (int i = 0; i < temperatures.length; i++) {
            temperatures[i] = sequences.get(i).temperature();
        }
        decoder.append(cached, tokens, temperatures, next);
        for (int i = 0; i < temperatures.length; i++) {
            sequences.get(i).advance(sampler, next, i);
        }
    }

    /** Appends tokens and returns the scores of what follows, [sequences, vocab], valid until the next call. */
    float[] logits(List<CachedSequence> cached, List<int[]> tokens) {
        int length = Math.multiplyExact(cached.size(), next.vocabSize());
        if (logits.length < length) {
            logits = new float[length];
        }
        decoder.append(cached, tokens, logits);
        return logits;
    }

    /** Draws a sequence's next token from a row of scores. */
    void draw(GeneratedSequence sequence, float[] scores, int row) {
        sequence.advance(sampler, scores, row * next.vocabSize());
    }

    /** Size of the model's vocabulary. */
    int vocabSize() {
        return next.vocabSize();
    }
}
