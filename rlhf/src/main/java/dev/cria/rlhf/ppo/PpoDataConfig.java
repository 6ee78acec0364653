package dev.cria.rlhf.ppo;

import static dev.cria.core.config.Ranges.require;

import java.nio.file.Path;
import java.util.List;

/**
 * The prompts.
 *
 * @param input prompt files that are answered and learned from
 * @param validation prompt files that are answered for evaluation only; empty to hold a share of the input out
 * @param heldOut share of the prompts to hold out where there is no validation file
 * @param heldOutMost most prompts to evaluate on
 * @param answerSamples held-out prompts whose answers are written down at each evaluation, for people to read
 */
public record PpoDataConfig(
        List<Path> input, List<Path> validation, double heldOut, int heldOutMost, int answerSamples) {
    /** Checks the ranges and names the offending key. */
    public PpoDataConfig {
        input = List.copyOf(input);
        validation = List.copyOf(validation);
        require(heldOut >= 0 && heldOut <= 0.5, "heldOut", heldOut, "in 0 to 0.5");
        require(heldOutMost >= 1, "heldOutMost", heldOutMost, "at least 1");
        require(answerSamples >= 0, "answerSamples", answerSamples, "at least 0");
    }

    /** A twentieth held out, at most 256 prompts; four answers to read. */
    public static PpoDataConfig defaults() {
        return new PpoDataConfig(List.of(), List.of(), 0.05, 256, 4);
    }

    /** These settings on other files. */
    public PpoDataConfig withInput(List<Path> files) {
        return new PpoDataConfig(files, validation, heldOut, heldOutMost, answerSamples);
    }
}
