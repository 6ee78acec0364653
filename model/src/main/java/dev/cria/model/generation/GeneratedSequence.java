package dev.cria.model.generation;

import dev.cria.core.random.CounterRandom;
import dev.cria.model.NextTokens;
import dev.cria.tokenizer.StreamingDecoder;
import dev.cria.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** A sequence while it is written: its tokens, its text so far, and whether it has ended. */
final class GeneratedSequence {
    private static final double LOWEST_TEMPERATURE = 1e-2; // below it scores over temperature lose digits as floats

    private final Sampling sampling;
    private final CounterRandom random;
    private final int promptLength;
    private final int limit; // tokens that may be generated
    private final FinishReason atLimit;
    private final int eos;
    private final BitSet seen = new BitSet();
    private final StreamingDecoder decoder;
    private final StopStrings stopStrings;
    private final TextListener listener;
    private final StringBuilder text = new StringBuilder();
    private int[] tokens = new int[16];
    private float[] logProbs = new float[16];
    private float[] modelLogProbs = new float[16];
    private int count;
    private @Nullable FinishReason finished;

    /**
     * An empty continuation of a prompt.
     *
     * @param prompt its tokens
     * @param sample which of the prompt's continuations this is: each draws from its own random numbers
     * @param maxPositions the model's longest sequence
     */
    GeneratedSequence(
            int[] prompt, Sampling sampling, int sample, int maxPositions, Tokenizer tokenizer, TextListener listener) {
        this.sampling = sampling;
        this.random = CounterRandom.of(sampling.seed(), "sample", sample);
        this.promptLength = prompt.length;
        int room = maxPositions - prompt.length + 1; // the last token need not be fed back
        this.limit = Math.min(sampling.maxTokens(), room);
        this.atLimit = sampling.maxTokens() <= room ? FinishReason.MAX_TOKENS : FinishReason.CONTEXT_FULL;
        this.eos = tokenizer.eosId();
        this.decoder = tokenizer.streamingDecoder();
        this.stopStrings = new StopStrings(sampling.stopStrings());
        this.listener = listener;
        for (int token : prompt) {
            seen.set(token);
        }
    }

    /** Draws the next token from its logits. */
    void advance(Sampler sampler, float[] logits, int at) {
        accept(sampler.sample(logits, at, sampling, seen, random, promptLength + count));
    }

    /** Draws the next token from its distribution, at {@link #temperature}. */
    void advance(Sampler sampler, NextTokens next, int row) {
        accept(sampler.sample(next, row, sampling, random, promptLength + count));
    }

    /** Whether a distribution at {@link #temperature} is not enough to draw from. */
    boolean needsLogits() {
        return sampling.repetitionPenalty() != 1
                || (!sampling.isGreedy() && sampling.temperature() < LOWEST_TEMPERATURE);
    }

    /** Temperature of the distribution to draw from. */
    float temperature() {
        return sampling.isGreedy() ? 1 : (float) sampling.temperature();
    }

    private void accept(SampledToken token) {
        append(token);
        if (token.id() == eos || sampling.stopTokens().contains(token.id())) {
            finish(FinishReason.STOP_TOKEN);
            return;
        }
        boolean goOn = emit(stopStrings.add(decoder.add(token.id())));
        if (stopStrings.stopped()) {
            finished = FinishReason.STOP_STRING;
        } else if (!goOn) {
            finish(FinishReason.CANCELLED);
        } else if (count == limit) {
            finish(atLimit);
        }
    }

    private void append(SampledToken token) {
        if (count == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * count);
            logProbs = Arrays.copyOf(logProbs, 2 * count);
            modelLogProbs = Arrays.copyOf(modelLogProbs, 2 * count);
        }
        tokens[count] = token.id();
        logProbs[count] = (float) token.logProb();
        modelLogProbs[count] = (float) token.modelLogProb();
        seen.set(token.id());
        count++;
    }

    private void finish(FinishReason reason) {
        finished = reason;
        emit(stopStrings.add(decoder.finish()));
        emit(stopStrings.finish());
    }

    private boolean emit(String piece) {
        text.append(piece);
        return listener.onText(piece);
    }

    boolean isFinished() {
        return finished != null;
    }

    /** The token drawn last. */
    int lastToken() {
        return tokens[count - 1];
    }

    /** What was written; the sequence must have ended. */
    Generation result() {
        if (finished == null) {
            throw new IllegalStateException("the sequence has not ended");
        }
        return new Generation(
                text.toString(),
                Arrays.copyOf(tokens, count),
                Arrays.copyOf(logProbs, count),
                Arrays.copyOf(modelLogProbs, count),
                finished);
    }
}
