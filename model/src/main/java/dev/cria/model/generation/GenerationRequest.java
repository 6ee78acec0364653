package dev.cria.model.generation;

import static dev.cria.core.config.Ranges.require;

/**
 * A prompt to be continued, once or several times.
 *
 * @param prompt token ids, at least one
 * @param sampling how; its seed makes the continuations of this prompt what they are, whatever else is in the batch
 * @param samples number of continuations, each with random numbers of its own
 */
public record GenerationRequest(int[] prompt, Sampling sampling, int samples) {
    /** Checks the number of samples. */
    public GenerationRequest {
        require(samples >= 1, "samples", samples, "at least 1");
    }
}
