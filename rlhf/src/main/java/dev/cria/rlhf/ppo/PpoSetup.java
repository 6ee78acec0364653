package dev.cria.rlhf.ppo;

import dev.cria.core.train.TrainingListener;
import dev.cria.model.generation.TextGenerator;
import dev.cria.rlhf.sampling.AnswerSampler.PromptEncoder;
import dev.cria.rlhf.sampling.RewardFunction;
import dev.cria.rlhf.sampling.RlPrompt;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a trainer works with.
 *
 * @param config the settings; paths in it are not looked at
 * @param models policy, reference and value model
 * @param generator writes with the policy; whoever made it closes it
 * @param encoder how the policy reads a prompt
 * @param rewards what is maximised
 * @param judge watches held-out answers; null if nobody does
 * @param prompts what is asked
 * @param heldOut what is asked for evaluation only; may be empty
 * @param reference fingerprint of the reference, kept in checkpoints: only a run with the same one can go on with them
 * @param selfReference whether the reference is what the policy starts from, so that their first divergence must be 0
 * @param run where checkpoints go; null to write none
 * @param companions writes what belongs beside the policy, such as its tokenizer
 * @param listeners who watches; a step is an iteration
 */
public record PpoSetup(
        PpoConfig config,
        PpoModels models,
        TextGenerator generator,
        PromptEncoder encoder,
        RewardFunction rewards,
        @Nullable RewardFunction judge,
        List<RlPrompt> prompts,
        List<RlPrompt> heldOut,
        String reference,
        boolean selfReference,
        @Nullable Path run,
        Consumer<Path> companions,
        List<TrainingListener> listeners) {
    /** Copies the lists and checks that there is a prompt to learn from. */
    public PpoSetup {
        prompts = List.copyOf(prompts);
        heldOut = List.copyOf(heldOut);
        listeners = List.copyOf(listeners);
        if (prompts.isEmpty()) {
            throw new IllegalArgumentException("there is no prompt to learn from");
        }
    }
}
