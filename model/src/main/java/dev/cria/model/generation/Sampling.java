package dev.cria.model.generation;

import static dev.cria.core.config.Ranges.require;

import java.util.List;

/**
 * How the next token is chosen and when a sequence ends. Filters apply in Transformers' order: repetition penalty,
 * temperature, top-k, top-p, min-p.
 *
 * @param temperature divides the logits; 0 always takes the best token (greedy)
 * @param topK keep the k most probable tokens; 0 keeps all
 * @param topP keep the fewest most probable tokens whose probabilities sum to at least this (Holtzman et al. 2020), in (0,
 *     1]; 1 keeps all
 * @param minP keep tokens at least this times as probable as the best one, in [0, 1); 0 keeps all
 * @param repetitionPenalty divides positive and multiplies negative logits of tokens that occurred (Keskar et al. 2019); 1
 *     is off
 * @param maxTokens most tokens to generate
 * @param stopTokens ids that end a sequence, beside the tokenizer's eos
 * @param stopStrings texts that end a sequence; neither they nor what follows is part of the answer
 * @param seed of the random numbers
 */
public record Sampling(
        double temperature,
        int topK,
        double topP,
        double minP,
        double repetitionPenalty,
        int maxTokens,
        List<Integer> stopTokens,
        List<String> stopStrings,
        long seed) {
    /** Checks the ranges and names the offending key. */
    public Sampling {
        require(temperature >= 0 && temperature < Double.POSITIVE_INFINITY, "temperature", temperature, "at least 0");
        require(topK >= 0, "topK", topK, "at least 0, where 0 keeps all tokens");
        require(
                topP > 0 && topP <= 1,
                "topP",
                topP,
                "above 0 and at most 1; for the best token alone use temperature 0");
        require(minP >= 0 && minP < 1, "minP", minP, "at least 0 and below 1");
        require(
                repetitionPenalty > 0 && repetitionPenalty < Double.POSITIVE_INFINITY,
                "repetitionPenalty",
                repetitionPenalty,
                "above 0, where 1 is off");
        require(maxTokens >= 1, "maxTokens", maxTokens, "at least 1");
        stopTokens = List.copyOf(stopTokens);
        stopStrings = List.copyOf(stopStrings);
        require(stopTokens.stream().allMatch(id -> id >= 0), "stopTokens", stopTokens, "ids from 0 up");
        require(
                stopStrings.stream().noneMatch(String::isEmpty),
                "stopStrings",
                stopStrings,
                "texts that are not empty");
    }

    /** The model's own distribution, unfiltered: what reinforcement learning samples from. */
    public static Sampling plain() {
        return new Sampling(1, 0, 1, 0, 1, 256, List.of(), List.of(), 0);
    }

    /** The best token at each position. */
    public static Sampling greedy() {
        return plain().withTemperature(0);
    }

    /** Temperature 0.6 and top-p 0.9: the defaults of Meta's Llama 2 chat program. */
    public static Sampling llama2() {
        return plain().withTemperature(0.6).withTopP(0.9);
    }

    /** Whether the best token is always taken. */
    public boolean isGreedy() {
        return temperature == 0;
    }

    /** This with another temperature. */
    public Sampling withTemperature(double value) {
        return new Sampling(value, topK, topP, minP, repetitionPenalty, maxTokens, stopTokens, stopStrings, seed);
    }

    /** This with another top-k. */
    public Sampling withTopK(int value) {
        return new Sampling(
                temperature, value, topP, minP, repetitionPenalty, maxTokens, stopTokens, stopStrings, seed);
    }

    /** This with another top-p. */
    public Sampling withTopP(double value) {
        return new Sampling(
                temperature, topK, value, minP, repetitionPenalty, maxTokens, stopTokens, stopStrings, seed);
    }

    /** This with another min-p. */
    public Sampling withMinP(double value) {
        return new Sampling(
                temperature, topK, topP, value, repetitionPenalty, maxTokens, stopTokens, stopStrings, seed);
    }

    /** This with another repetition penalty. */
    public Sampling withRepetitionPenalty(double value) {
        return new Sampling(temperature, topK, topP, minP, value, maxTokens, stopTokens, stopStrings, seed);
    }

    /** This with another limit of tokens. */
    public Sampling withMaxTokens(int value) {
        return new Sampling(temperature, topK, topP, minP, repetitionPenalty, value, stopTokens, stopStrings, seed);
    }

    /** This with other stop tokens. */
    public Sampling withStopTokens(List<Integer> value) {
        return new Sampling(temperature, topK, topP, minP, repetitionPenalty, maxTokens, value, stopStrings, seed);
    }

    /** This with other stop strings. */
    public Sampling withStopStrings(List<String> value) {
        return new Sampling(temperature, topK, topP, minP, repetitionPenalty, maxTokens, stopTokens, value, seed);
    }

    /** This with another seed. */
    public Sampling withSeed(long value) {
        return new Sampling(
                temperature, topK, topP, minP, repetitionPenalty, maxTokens, stopTokens, stopStrings, value);
    }
}
