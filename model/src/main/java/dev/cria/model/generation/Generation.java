package dev.cria.model.generation;

/**
 * What a model wrote after a prompt.
 *
 * @param text without stop token and stop string
 * @param tokens [n], all tokens drawn, the stop token included
 * @param logProbs [n], natural log of each token's probability under the distribution it was drawn from
 * @param modelLogProbs [n], the same under the model's unmodified distribution
 * @param finishReason why it ended
 */
public record Generation(
        String text, int[] tokens, float[] logProbs, float[] modelLogProbs, FinishReason finishReason) {}
