package dev.cria.sft;

import dev.cria.core.Engine;
import dev.cria.model.Llama;
import dev.cria.model.ModelTokenizer;
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
        Llama model = Llama.load(engine, directory, trained);
        try {
            Tokenizer tokenizer = ModelTokenizer.load(directory, model.config());
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
        return data.format() == SftDataConfig.Format.LLAMA2
                ? ChatFormat.llama2(tokenizer, data.marks())
                : ChatFormat.load(directory, tokenizer, data.marks());
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
}
