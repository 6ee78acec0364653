package dev.cria.model.generation;

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
        if (samples < 1) {
            throw new IllegalArgumentException("samples must be at least 1; got " + samples);
        }
    }
}
