package dev.cria.model;

import dev.cria.core.autograd.Parameter;
import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.TensorOps;
import java.util.function.Predicate;

/**
 * Makes room for new tokens: a copy of a model whose embedding and LM head have more rows. New rows are the mean of the old
 * ones, so that the new tokens begin neither likely nor strange. An optimizer made for the copy has rows for them too.
 */
final class VocabularyGrowth {
    private VocabularyGrowth() {}

    static Llama grow(Llama model, int vocabSize, Predicate<String> trained) {
        LlamaConfig config = model.config();
        if (vocabSize < config.vocabSize()) {
            throw new IllegalArgumentException(
                    "a vocabulary of %d cannot shrink to %d ids; use the model's own tokenizer"
                            .formatted(config.vocabSize(), vocabSize));
        }
        LlamaConfig larger = config.withVocabulary(vocabSize, config.bosTokenId(), config.eosTokenId());
        return NewModel.filled(Llama.zeros(model.engine(), larger, trained), grown -> copy(model, grown));
    }

    private static void copy(Llama model, Llama grown) {
        for (Parameter from : model.parameters().all()) {
            Parameter to = grown.parameters().get(from.name());
            boolean hasTokenRows =
                    from.name().equals(LlamaBody.EMBEDDING) || from.name().equals(Llama.LM_HEAD);
            if (hasTokenRows) {
                copyRows(model.engine().ops(), from.value(), to.value());
            } else {
                model.engine().ops().copy(to.value(), from.value());
            }
        }
    }

    private static void copyRows(TensorOps ops, Tensor from, Tensor to) {
        int width = Math.toIntExact(from.shape()[1]);
        long oldRows = from.shape()[0];
        float[] row = new float[width];
        double[] sums = new double[width];
        for (long r = 0; r < oldRows; r++) {
            ops.download(row, 0, from.slice(r, r + 1), width);
            ops.upload(to.slice(r, r + 1), row, 0, width);
            for (int i = 0; i < width; i++) {
                sums[i] += row[i];
            }
        }
        for (int i = 0; i < width; i++) {
            row[i] = (float) (sums[i] / oldRows);
        }
        for (long r = oldRows; r < to.shape()[0]; r++) {
            ops.upload(to.slice(r, r + 1), row, 0, width);
        }
    }
}
