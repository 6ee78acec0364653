package dev.cria.sft;

import dev.cria.core.random.CounterRandom;
import dev.cria.model.Llama;
import dev.cria.model.generation.GenerationRequest;
import dev.cria.model.generation.PrefixCache;
import dev.cria.model.generation.Sampling;
import dev.cria.model.generation.TextGenerator;
import dev.cria.tokenizer.ChatFormat;
import dev.cria.tokenizer.ChatMessage;
import dev.cria.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;

/**
 * A chat model's answers. What it draws is a function of the sampling's seed and the dialogue, up to rounding. Of a dialogue that goes on only the
 * new turn is computed; so the model's weights must stay as they are.
 */
public final class ModelAnswers implements AnswerSource, AutoCloseable {
    private static final long REMEMBERED = 256L << 20; // bytes of what was computed for earlier turns

    private final TextGenerator generator;
    private final PrefixCache prefixes;
    private final ChatFormat format;
    private final Sampling sampling;

    /**
     * Answers of a model.
     *
     * @param model what answers; stays open
     * @param tokenizer the one it was trained with
     * @param format the one it was trained with
     * @param sampling how tokens are chosen
     */
    public ModelAnswers(Llama model, Tokenizer tokenizer, ChatFormat format, Sampling sampling) {
        this.generator = new TextGenerator(model, tokenizer);
        this.prefixes = generator.prefixCache(REMEMBERED);
        this.format = format;
        this.sampling = sampling;
    }

    /**
     * {@inheritDoc} Spaces around an answer are left out.
     *
     * @throws IllegalArgumentException if a dialogue is longer than the model's context, or the format refuses it
     */
    @Override
    public List<String> answers(List<List<ChatMessage>> dialogues) {
        List<GenerationRequest> requests = dialogues.stream().map(this::request).toList();
        String[] answers = new String[requests.size()];
        generator.generateAll(
                requests,
                prefixes,
                (request, sample, generation) ->
                        answers[request] = generation.text().strip());
        return List.of(answers);
    }

    /** {@inheritDoc} That is up to the model's context. */
    @Override
    public boolean fits(List<ChatMessage> dialogue) {
        return format.encode(dialogue).ids().length <= generator.contextLength();
    }

    private GenerationRequest request(List<ChatMessage> dialogue) {
        int[] prompt = format.encode(dialogue).ids();
        long seed = CounterRandom.of(sampling.seed(), "answer", Arrays.hashCode(prompt))
                .bits(0);
        return new GenerationRequest(prompt, sampling.withSeed(seed), 1);
    }

    /** Frees the generator's cache; the model stays open. */
    @Override
    public void close() {
        prefixes.close();
        generator.close();
    }
}
