package dev.cria.model.generation;

import dev.cria.model.CachedSequence;
import dev.cria.model.Llama;
import dev.cria.model.LlamaConfig;
import dev.cria.model.LlamaDecoder;
import dev.cria.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Continues texts with a model, one while it is read or many at once. One thread at a time, like the model's engine. */
public final class TextGenerator implements AutoCloseable {
    private static final int DEFAULT_SEQUENCES = 32;

    private final Llama model;
    private final Tokenizer tokenizer;
    private final int maxSequences;
    private final LlamaDecoder decoder;
    private final DecodeStep step;

    /**
     * A generator that decodes up to 32 sequences at once.
     *
     * @param model what writes; stays open
     * @param tokenizer the one it was trained with
     * @throws IllegalArgumentException if the tokenizer has ids that the model does not know
     */
    public TextGenerator(Llama model, Tokenizer tokenizer) {
        this(model, tokenizer, DEFAULT_SEQUENCES);
    }

    /**
     * A generator.
     *
     * @param model what writes; stays open
     * @param tokenizer the one it was trained with
     * @param maxSequences most sequences to decode at once
     * @throws IllegalArgumentException if the tokenizer has ids that the model does not know
     */
    public TextGenerator(Llama model, Tokenizer tokenizer, int maxSequences) {
        int vocabSize = model.config().vocabSize();
        if (tokenizer.vocabSize() > vocabSize) {
            throw new IllegalArgumentException(
                    "the tokenizer has %d ids, the model's embedding %d; use the tokenizer that the model was trained with"
                            .formatted(tokenizer.vocabSize(), vocabSize));
        }
        if (maxSequences < 1) {
            throw new IllegalArgumentException("maxSequences must be at least 1; got " + maxSequences);
        }
        this.model = model;
        this.tokenizer = tokenizer;
        this.maxSequences = maxSequences;
        this.decoder = new LlamaDecoder(model);
        this.step = new DecodeStep(decoder, vocabSize, tokenizer.vocabSize());
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
     * Continues a text, which gets the tokenizer's bos in front.
     *
     * @param prompt the text
     * @param sampling how
     * @param listener receives the continuation while it is written
     * @throws IllegalArgumentException if the prompt has no token or more than the model's longest sequence
     */
    public Generation generate(String prompt, Sampling sampling, TextListener listener) {
        return generate(encode(prompt), sampling, listener);
    }

    /**
     * Continues token ids, which are taken as they are.
     *
     * @param prompt at least one id
     * @param sampling how
     * @param listener receives the continuation while it is written
     * @throws IllegalArgumentException if the prompt is empty, too long or holds an id out of range
     */
    public Generation generate(int[] prompt, Sampling sampling, TextListener listener) {
        try (CachedSequence cached = decoder.newSequence()) {
            return generate(cached, prompt, sampling, listener);
        }
    }

    /** Continues a prompt of which the first tokens are cached, but not the last. */
    Generation generate(CachedSequence cached, int[] prompt, Sampling sampling, TextListener listener) {
        check(prompt);
        GeneratedSequence sequence = new GeneratedSequence(prompt, sampling, 0, contextLength(), tokenizer, listener);
        int[] next = Arrays.copyOfRange(prompt, cached.length(), prompt.length);
        while (true) {
            step.run(List.of(cached), List.of(next), List.of(sequence));
            if (sequence.isFinished()) {
                return sequence.result();
            }
            next = new int[] {sequence.lastToken()};
        }
    }

    /**
     * Continues many prompts at once; a sequence's result does not depend on the others, but for rounding.
     *
     * @param requests prompts, each with its sampling and number of samples
     * @return for each request its samples
     * @throws IllegalArgumentException if a prompt is empty, too long or holds an id out of range
     */
    public List<List<Generation>> generateAll(List<GenerationRequest> requests) {
        List<Generation[]> results = new ArrayList<>();
        requests.forEach(request -> results.add(new Generation[request.samples()]));
        generateAll(requests, (request, sample, generation) -> results.get(request)[sample] = generation);
        return results.stream().map(List::of).toList();
    }

    /** {@link #generateAll(List)}, which hands each continuation over when it is finished. */
    public void generateAll(List<GenerationRequest> requests, GenerationListener listener) {
        generateAll(requests, null, listener);
    }

    /**
     * {@link #generateAll(List, GenerationListener)}, which computes no token twice that a cache has.
     *
     * @param prefixes this generator's, made for the weights that the model has now; takes what is computed
     */
    public void generateAll(
            List<GenerationRequest> requests, @Nullable PrefixCache prefixes, GenerationListener listener) {
        requests.forEach(request -> check(request.prompt()));
        if (prefixes != null && !prefixes.serves(decoder)) {
            throw new IllegalArgumentException(
                    "the cache of prefixes is another generator's; make one by prefixCache()");
        }
        try (BatchGeneration batch = new BatchGeneration(
                decoder, step, tokenizer, contextLength(), maxSequences, requests, prefixes, listener)) {
            batch.run();
        }
    }

    /**
     * An empty cache for dialogues and other prompts that go on from earlier ones.
     *
     * @param bytes most memory for the keys and values in it
     */
    public PrefixCache prefixCache(long bytes) {
        LlamaConfig config = model.config();
        long width = 2L * config.numHiddenLayers() * config.keyValueWidth(); // elements of a token
        return new PrefixCache(
                decoder, bytes / (width * model.engine().ops().dataType().width()));
    }

    /** Tokens of the longest sequence. */
    public int contextLength() {
        return model.config().maxPositionEmbeddings();
    }

    /** The tokenizer. */
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /** An empty sequence whose cache is kept between calls. */
    CachedSequence newSequence() {
        return decoder.newSequence();
    }

    private void check(int[] prompt) {
        if (prompt.length == 0) {
            throw new IllegalArgumentException("the prompt is empty, and the tokenizer has no bos to begin with");
        }
        if (prompt.length > contextLength()) {
            throw new IllegalArgumentException("the prompt has %d tokens, the model's context %d; shorten the prompt"
                    .formatted(prompt.length, contextLength()));
        }
        for (int i = 0; i < prompt.length; i++) {
            if (prompt[i] < 0 || prompt[i] >= tokenizer.vocabSize()) {
                throw new IllegalArgumentException("token %d of the prompt is %d, outside the vocabulary of %d"
                        .formatted(i, prompt[i], tokenizer.vocabSize()));
            }
        }
    }

    /** Frees the cache; the model stays open. */
    @Override
    public void close() {
        decoder.close();
    }
}
