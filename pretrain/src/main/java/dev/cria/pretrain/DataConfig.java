package dev.cria.pretrain;

import java.nio.file.Path;
import java.util.List;

/**
 * What is learned from.
 *
 * @param input text files (a document each), or JSONL files with a {@code text} field (a document a line); empty for the
 *     built-in toy world
 * @param tokenizer {@code bytes}, or the path of a tokenizer
 * @param contextLength tokens of a training sequence
 * @param batchSize sequences of a batch
 * @param heldOut share of the tokens, at the end of the data, that is not trained on but evaluated
 */
public record DataConfig(List<Path> input, String tokenizer, int contextLength, int batchSize, double heldOut) {
    /** The name of the tokenizer that needs no file. */
    public static final String BYTES = "bytes";

    /** Checks the ranges and names the offending key. */
    public DataConfig {
        input = List.copyOf(input);
        if (contextLength < 2) {
            throw new IllegalArgumentException("contextLength must be at least 2, got " + contextLength);
        }
        if (batchSize < 1) {
            throw new IllegalArgumentException("batchSize must be at least 1, got " + batchSize);
        }
        if (heldOut < 0 || heldOut > 0.5) {
            throw new IllegalArgumentException("heldOut must be in 0 to 0.5, got " + heldOut);
        }
    }

    /** The toy world by bytes: 8 sequences of 256, a tenth held out. */
    public static DataConfig defaults() {
        return new DataConfig(List.of(), BYTES, 256, 8, 0.1);
    }
}
