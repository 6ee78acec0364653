package dev.cria.rlhf.sampling;

import dev.cria.model.generation.FinishReason;
import dev.cria.model.generation.Generation;
import dev.cria.model.generation.GenerationRequest;
import dev.cria.model.generation.Sampling;
import dev.cria.model.generation.TextGenerator;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToLongFunction;

/**
 * Lets a policy answer prompts, once or several times each; a prompt is computed once for all its answers. What is drawn is a
 * function of the seed of the prompt alone.
 */
public final class AnswerSampler {
    private final TextGenerator generator;
    private final PromptEncoder encoder;

    /** How a prompt becomes the tokens that the policy reads. */
    @FunctionalInterface
    public interface PromptEncoder {
        /**
         * Encodes a prompt.
         *
         * @throws IllegalArgumentException if the chat format refuses it
         */
        int[] encode(RlPrompt prompt);
    }

    /**
     * A sampler.
     *
     * @param generator the policy's; stays open
     * @param encoder the policy's way of reading prompts
     */
    public AnswerSampler(TextGenerator generator, PromptEncoder encoder) {
        this.generator = generator;
        this.encoder = encoder;
    }

    /**
     * Answers prompts. Prompt and answer together are at most as long as the model's context, so that a model of the same
     * context can read all of an answer.
     *
     * @param prompts what is asked
     * @param sampling how tokens are drawn; its seed is not used
     * @param samples answers to each prompt
     * @param seeds the seed of each prompt, by its index in the list
     * @return for each prompt its answers
     * @throws IllegalArgumentException if a prompt leaves no room for an answer in the model's context
     */
    public List<List<Answer>> sample(List<RlPrompt> prompts, Sampling sampling, int samples, IntToLongFunction seeds) {
        List<GenerationRequest> requests = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            int[] ids = encoder.encode(prompts.get(i));
            if (ids.length >= generator.contextLength()) {
                throw new IllegalArgumentException(
                        "prompt %d has %d tokens, which leaves no room for an answer in the model's context of %d; shorten or drop it"
                                .formatted(i, ids.length, generator.contextLength()));
            }
            // A generator's last token need not be fed back and so may lie behind the context, where a reward model,
            // which
            // scores an answer at that token, has no position for it.
            int room = generator.contextLength() - ids.length;
            Sampling fitting = sampling.withMaxTokens(Math.min(sampling.maxTokens(), room));
            requests.add(new GenerationRequest(ids, fitting.withSeed(seeds.applyAsLong(i)), samples));
        }
        List<List<Generation>> generations = generator.generateAll(requests);
        List<List<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            RlPrompt prompt = prompts.get(i);
            int[] ids = requests.get(i).prompt();
            answers.add(generations.get(i).stream()
                    .map(generation -> answer(prompt, ids, generation))
                    .toList());
        }
        return answers;
    }

    private static Answer answer(RlPrompt prompt, int[] promptIds, Generation generation) {
        return new Answer(
                prompt,
                promptIds,
                generation.tokens(),
                generation.text().strip(),
                generation.finishReason() == FinishReason.STOP_TOKEN,
                generation.logProbs());
    }
}
