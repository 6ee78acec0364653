package dev.cria.pretrain;

import static dev.cria.core.config.Ranges.require;

import java.nio.file.Path;
import java.util.List;

/**
 * What is learned from.
 *
 * @param input text files (a document each), JSONL files with a {@code text} field (a document a line), or gzip of either;
 *     empty for the built-in toy world
 * @param sources token shards to mix, instead of {@code input}
 * @param tokenizer {@code bytes}, or the path of a tokenizer
 * @param contextLength tokens of a training sequence
 * @param batchSize sequences of a batch
 * @param heldOut share of the tokens, at the end of the data, that is not trained on but evaluated
 * @param packing how documents become sequences
 * @param isolate whether a document sees only itself; otherwise documents of a sequence see those before them
 */
public record DataConfig(
        List<Path> input,
        List<DataSource> sources,
        String tokenizer,
        int contextLength,
        int batchSize,
        double heldOut,
        Packing packing,
        boolean isolate) {
    /** The name of the tokenizer that needs no file. */
    public static final String BYTES = "bytes";

    private static final long MOST_TOKENS = 1 << 24;

    /** Checks the ranges and names the offending key. */
    public DataConfig {
        input = List.copyOf(input);
        sources = List.copyOf(sources);
        if (!input.isEmpty() && !sources.isEmpty()) {
            throw new IllegalArgumentException("sources cannot be given along with input; prepare the input too");
        }
        require(contextLength >= 2, "contextLength", contextLength, "at least 2");
        require(batchSize >= 1, "batchSize", batchSize, "at least 1");
        if ((long) batchSize * contextLength > MOST_TOKENS) {
            throw new IllegalArgumentException(
                    "batchSize * contextLength must be at most %,d tokens, got %d * %d; use training.accumulation for larger steps"
                            .formatted(MOST_TOKENS, batchSize, contextLength));
        }
        require(heldOut >= 0 && heldOut <= 0.5, "heldOut", heldOut, "in 0 to 0.5");
        if (packing == Packing.BEST_FIT && !isolate) {
            throw new IllegalArgumentException("isolate must be true where packing puts whole documents together");
        }
    }

    /** Text files, concatenated and isolated. */
    public DataConfig(List<Path> input, String tokenizer, int contextLength, int batchSize, double heldOut) {
        this(input, List.of(), tokenizer, contextLength, batchSize, heldOut, Packing.CONCATENATE, true);
    }

    /** The toy world by bytes: 8 sequences of 256, a tenth held out. */
    public static DataConfig defaults() {
        return new DataConfig(List.of(), BYTES, 256, 8, 0.1);
    }

    /** These settings on other files. */
    public DataConfig withInput(List<Path> files) {
        return new DataConfig(files, List.of(), tokenizer, contextLength, batchSize, heldOut, packing, isolate);
    }
}
