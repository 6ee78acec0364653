package dev.cria.rlhf.sampling;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where best answers come from.
 *
 * @param policy fingerprint of the model that wrote them, see {@link ModelFingerprint}
 * @param rewards fingerprints of the models that chose them, or names of other reward functions
 * @param threshold raw safety score below which the safety score chose; null where there is no safety model
 * @param prompts fingerprint of the prompts
 * @param sampling how they were drawn
 */
public record SampleOrigin(
        String policy, List<String> rewards, @Nullable Double threshold, String prompts, BestOfConfig sampling) {
    /** Copies the list. */
    public SampleOrigin {
        rewards = List.copyOf(rewards);
    }
}
