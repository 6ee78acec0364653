package dev.cria.model.generation;

/**
 * A chosen token and its natural-log probabilities.
 *
 * @param id the token
 * @param logProb under the distribution it was drawn from, after temperature and filters; 0 when greedy
 * @param modelLogProb under the model's unmodified distribution
 */
public record SampledToken(int id, double logProb, double modelLogProb) {}
