package dev.cria.cli;

import dev.cria.model.generation.Sampling;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Options that say how tokens are chosen, for every command that samples. */
final class SamplingOptions {
    @Option(
            names = "--temperature",
            defaultValue = "0.8",
            description = "Divides the logits; 0 is greedy (${DEFAULT-VALUE}).")
    private double temperature;

    @Option(names = "--top-k", defaultValue = "0", description = "Keep the K most probable tokens; 0 keeps all.")
    private int topK;

    @Option(
            names = "--top-p",
            defaultValue = "0.9",
            description = "Keep tokens up to this summed probability (${DEFAULT-VALUE}).")
    private double topP;

    @Option(names = "--min-p", defaultValue = "0", description = "Keep tokens this times as probable as the best.")
    private double minP;

    @Option(names = "--repetition-penalty", defaultValue = "1", description = "Above 1 makes repeated tokens rarer.")
    private double repetitionPenalty;

    @Option(names = "--max-tokens", defaultValue = "256", description = "Most tokens to write (${DEFAULT-VALUE}).")
    private int maxTokens;

    @Option(names = "--stop", paramLabel = "TEXT", description = "Ends the answer where it appears; may be repeated.")
    private List<String> stop = new ArrayList<>();

    @Option(names = "--seed", defaultValue = "0", description = "Seed of the random numbers (${DEFAULT-VALUE}).")
    private long seed;

    Sampling sampling() {
        return new Sampling(temperature, topK, topP, minP, repetitionPenalty, maxTokens, List.of(), stop, seed);
    }
}
