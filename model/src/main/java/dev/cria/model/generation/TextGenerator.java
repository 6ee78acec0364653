package dev.cria.model.generation;

import dev.cria.core.autograd.Tape;
import dev.cria.core.ops.Segments;
import dev.cria.model.Llama;
import dev.cria.tokenizer.Tokenizer;
import java.util.Arrays;

/** Continues texts with a model. */
public final class TextGenerator {
    private final Llama model;
    private final Tokenizer tokenizer;
    private final Sampler sampler;
    private final float[] logits; // [vocab]

    /**
     * A generator.
     *
     * @param model what writes; stays open
     * @param tokenizer the one it was trained with
     * @throws IllegalArgumentException if the tokenizer has ids that the model does not know
     */
    public TextGenerator(Llama model, Tokenizer tokenizer) {
        int vocabSize = model.config().vocabSize();
        if (tokenizer.vocabSize() > vocabSize) {
            throw new IllegalArgumentException(
                    "the tokenizer has %d ids, the model's embedding %d; use the tokenizer that the model was trained with"
                            .formatted(tokenizer.vocabSize(), vocabSize));
        }
        this.model = model;
        this.tokenizer = tokenizer;
        this.sampler = new Sampler(tokenizer.vocabSize()); // an embedding may be padded: these rows mean nothing
        this.logits = new float[vocabSize];
    }

    /**
     * Continues a text, which gets the tokenizer's bos in front.
     *
     * @param prompt the text
     * @param sampling how
     * @param listener receives the continuation while it is written
     * @throws IllegalArgumentException if the prompt has no token or more than the model's longest sequence
     */
    public Generation generate(String prompt, Sampling sampling, TextListener listener) {
        return generate(encode(prompt), sampling, 0, listener);
    }

    /** Token ids of a prompt: the tokenizer's bos, if it has one, and the text's. */
    public int[] encode(String prompt) {
        int[] text = tokenizer.encode(prompt);
        if (tokenizer.bosId() < 0) {
            return text;
        }
        int[] ids = new int[text.length + 1];
        ids[0] = tokenizer.bosId();
        System.arraycopy(text, 0, ids, 1, text.length);
        return ids;
    }

    /**
     * Continues token ids, which are taken as they are.
     *
     * @param prompt at least one id
     * @param sampling how
     * @param sample which continuation of this prompt: each draws from its own random numbers
     * @param listener receives the continuation while it is written
     * @throws IllegalArgumentException if the prompt is empty, too long or holds an id out of range
     */
    public Generation generate(int[] prompt, Sampling sampling, int sample, TextListener listener) {
        check(prompt);
        int maxPositions = model.config().maxPositionEmbeddings();
        GeneratedSequence sequence = new GeneratedSequence(prompt, sampling, sample, maxPositions, tokenizer, listener);
        int[] tokens = Arrays.copyOf(prompt, maxPositions);
        int length = prompt.length;
        while (true) {
            nextLogits(Arrays.copyOf(tokens, length));
            sequence.advance(sampler, logits, 0);
            if (sequence.isFinished()) {
                return sequence.result();
            }
            tokens[length++] = sequence.lastToken();
        }
    }

    private void nextLogits(int[] tokens) {
        try (Tape tape = model.engine().inference()) {
            int[] last = {tokens.length - 1};
            model.engine()
                    .ops()
                    .download(
                            logits,
                            0,
                            model.logits(tape, tokens, Segments.ofLengths(tokens.length), last),
                            logits.length);
        }
    }

    private void check(int[] prompt) {
        int maxPositions = model.config().maxPositionEmbeddings();
        if (prompt.length == 0) {
            throw new IllegalArgumentException("the prompt is empty, and the tokenizer has no bos to begin with");
        }
        if (prompt.length > maxPositions) {
            throw new IllegalArgumentException("the prompt has %d tokens, the model's context %d; shorten the prompt"
                    .formatted(prompt.length, maxPositions));
        }
        for (int i = 0; i < prompt.length; i++) {
            if (prompt[i] < 0 || prompt[i] >= tokenizer.vocabSize()) {
                throw new IllegalArgumentException("token %d of the prompt is %d, outside the vocabulary of %d"
                        .formatted(i, prompt[i], tokenizer.vocabSize()));
            }
        }
    }
}
