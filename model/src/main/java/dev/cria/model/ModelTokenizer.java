package dev.cria.model;

import dev.cria.core.io.InvalidFileException;
import dev.cria.tokenizer.Tokenizer;
import java.nio.file.Path;

/** The tokenizer that lies beside a model. */
public final class ModelTokenizer {
    private ModelTokenizer() {}

    /**
     * Loads it.
     *
     * @param directory a model directory
     * @param config of the model there
     * @throws InvalidFileException if it is not the one that the model was trained with
     */
    public static Tokenizer load(Path directory, LlamaConfig config) {
        Tokenizer tokenizer = Tokenizer.load(directory);
        if (tokenizer.vocabSize() > config.vocabSize()
                || differs(config.bosTokenId(), tokenizer.bosId())
                || differs(config.eosTokenId(), tokenizer.eosId())) {
            throw new InvalidFileException(
                    directory,
                    ("its tokenizer has %d ids, bos %d and eos %d, but its config.json says %d, %d and %d; "
                                    + "put the tokenizer there that the model was trained with")
                            .formatted(
                                    tokenizer.vocabSize(),
                                    tokenizer.bosId(),
                                    tokenizer.eosId(),
                                    config.vocabSize(),
                                    config.bosTokenId(),
                                    config.eosTokenId()));
        }
        return tokenizer;
    }

    private static boolean differs(int inConfig, int inTokenizer) {
        return inConfig >= 0 && inConfig != inTokenizer;
    }
}
