package dev.cria.sft;

import dev.cria.core.Engine;
import dev.cria.core.io.InvalidFileException;
import dev.cria.model.Llama;
import dev.cria.model.LlamaConfig;
import dev.cria.tokenizer.BpeTokenizer;
import dev.cria.tokenizer.ChatFormat;
import dev.cria.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.function.Predicate;

/**
 * A model with what it reads and writes chats with.
 *
 * @param model the weights; whoever opened this closes it
 * @param tokenizer its tokenizer
 * @param format its chat format
 */
record BaseModel(Llama model, Tokenizer tokenizer, ChatFormat format) {
    /** Loads a model directory for training in the configured chat format, with a row for a separator it lacks. */
    static BaseModel load(Engine engine, Path directory, SftDataConfig data, Predicate<String> trained) {
        Tokenizer tokenizer = Tokenizer.load(directory);
        Llama model = Llama.load(engine, directory, trained);
        try {
            checkSame(directory, model.config(), tokenizer);
            if (data.format() == SftDataConfig.Format.SEPARATED) {
                return separated(model, tokenizer, data.separator(), trained);
            }
            return new BaseModel(model, tokenizer, format(directory, tokenizer, data));
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    private static ChatFormat format(Path directory, Tokenizer tokenizer, SftDataConfig data) {
        ChatFormat llama2 = ChatFormat.llama2(tokenizer, data.marks());
        if (data.format() == SftDataConfig.Format.LLAMA2) {
            return llama2;
        }
        ChatFormat saved = ChatFormat.load(directory, tokenizer);
        return saved.chatTemplate().equals(llama2.chatTemplate()) ? llama2 : saved;
    }

    private static BaseModel separated(Llama model, Tokenizer tokenizer, String separator, Predicate<String> trained) {
        if (!(tokenizer instanceof BpeTokenizer bpe)) {
            throw new IllegalArgumentException(
                    "data.format separated needs a BPE tokenizer; this base model reads bytes, use data.format=llama2");
        }
        BpeTokenizer separating = has(bpe, separator) ? bpe : bpe.withControlPiece(separator);
        Llama grown = model;
        if (separating.vocabSize() > model.config().vocabSize()) {
            grown = model.withVocabulary(separating.vocabSize(), trained);
            model.close();
        }
        return new BaseModel(grown, separating, ChatFormat.separated(separating, separator));
    }

    private static boolean has(BpeTokenizer tokenizer, String piece) {
        return tokenizer.model().pieces().stream().anyMatch(p -> p.text().equals(piece));
    }

    /** The tokenizer beside a model must be the one it was trained with. */
    private static void checkSame(Path directory, LlamaConfig config, Tokenizer tokenizer) {
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
    }

    private static boolean differs(int inConfig, int inTokenizer) {
        return inConfig >= 0 && inConfig != inTokenizer;
    }
}
