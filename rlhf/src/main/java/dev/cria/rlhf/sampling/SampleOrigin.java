package dev.cria.rlhf.sampling;

import java.util.List;

/**
 * Where best answers come from.
 *
 * @param policy fingerprint of the model that wrote them, see {@link ModelFingerprint}
 * @param rewards fingerprints of the models that chose them, or names of other reward functions
 * @param prompts fingerprint of the prompts
 * @param sampling how they were drawn
 */
public record SampleOrigin(String policy, List<String> rewards, String prompts, BestOfConfig sampling) {
    /** Copies the list. */
    public SampleOrigin {
        rewards = List.copyOf(rewards);
    }
}
