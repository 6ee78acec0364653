package dev.cria.model;

import dev.cria.core.autograd.Parameters;
import dev.cria.core.train.CheckpointConfig;
import dev.cria.core.train.TrainingConfig;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Memory that training a model takes, in bytes, from its sizes and settings alone.
 *
 * @param weights the weights
 * @param gradients their gradients
 * @param optimizer AdamW's moments
 * @param average the running average of the weights
 * @param staging the copy from which checkpoints are written
 * @param activations one batch's activations and their gradients, estimated from the block's tensors, less what finds room in weights' gradients
 * @param logits the rows of logits that exist at a time
 */
public record TrainingMemory(
        long weights, long gradients, long optimizer, long average, long staging, long activations, long logits) {
    private static final double GB = 1e9;
    private static final long LOGIT_ROWS =
            512; // the LM head's loss works on so many tokens at a time, in bf16 on twice as many of half the bytes

    /**
     * Memory for a language model.
     *
     * @param batchTokens tokens of the largest batch
     */
    public static TrainingMemory of(
            LlamaConfig model, long batchTokens, TrainingConfig training, CheckpointConfig checkpoint) {
        long logits = Float.BYTES * Math.min(LOGIT_ROWS, batchTokens) * (model.vocabSize() + model.hiddenSize());
        return of(model, LlamaHead.LANGUAGE_MODEL, logits, batchTokens, training, checkpoint);
    }

    /**
     * Memory for a model with a scalar head, such as a reward model.
     *
     * @param batchTokens tokens of the largest batch
     */
    public static TrainingMemory ofScalar(
            LlamaConfig model, long batchTokens, TrainingConfig training, CheckpointConfig checkpoint) {
        return of(model, LlamaHead.SCALAR, 0, batchTokens, training, checkpoint);
    }

    private static TrainingMemory of(
            LlamaConfig model,
            LlamaHead head,
            long logits,
            long batchTokens,
            TrainingConfig training,
            CheckpointConfig checkpoint) {
        long weights = Float.BYTES * floats(head.specs(model).stream());
        long trained = Float.BYTES * floats(trained(head.specs(model), training));
        long average = training.averageDecay() > 0 ? trained : 0;
        boolean recomputing = training.activationCheckpointing();
        long floats = batchTokens * (activationsPerToken(model, recomputing) + gradientsPerToken(model));
        long lent = training.accumulation() == 1 ? lent(model, batchTokens, training) : 0;
        return new TrainingMemory(
                weights,
                trained,
                2 * trained,
                average,
                checkpoint.background() ? weights + 2 * trained + average : 0,
                Float.BYTES * (floats - lent),
                logits);
    }

    private static long floats(Stream<Parameters.Spec> specs) {
        return specs.mapToLong(Parameters.Spec::length).sum();
    }

    private static Stream<Parameters.Spec> trained(List<Parameters.Spec> specs, TrainingConfig training) {
        Predicate<String> trained = training.trained();
        return specs.stream().filter(spec -> trained.test(spec.name()));
    }

    /**
     * Floats kept for the way back by each token. Norms and the product of gate and up are computed again. Recomputing keeps each
     * block's result and one block's rest.
     */
    private static long activationsPerToken(LlamaConfig model, boolean recomputing) {
        long kept = model.numHiddenLayers()
                * LongStream.of(blockWidths(model, recomputing)).sum();
        return recomputing ? kept + LongStream.of(blockWidths(model, false)).sum() : kept;
    }

    /**
     * What a block keeps of each token, in its order: queries, keys, values, their attention, the second half's input, gate, up, and
     * its result. Recomputing it keeps the result alone.
     */
    private static long[] blockWidths(LlamaConfig model, boolean recomputing) {
        long hidden = model.hiddenSize();
        long queries = model.queryWidth();
        long keys = model.keyValueWidth();
        long ffn = model.intermediateSize();
        return recomputing ? new long[] {hidden} : new long[] {queries, keys, keys, queries, hidden, ffn, ffn, hidden};
    }

    /** Floats of activations that find room in gradients of earlier blocks, which are not written yet. */
    private static long lent(LlamaConfig model, long tokens, TrainingConfig training) {
        long[] widths = blockWidths(model, training.activationCheckpointing());
        long room = 0;
        long used = 0;
        for (int layer = 0; layer < model.numHiddenLayers(); layer++) {
            for (long width : widths) {
                long floats = tokens * width;
                if (used + floats <= room) {
                    used += floats;
                }
            }
            room += floats(trained(LlamaBlock.specs(model, layer), training).filter(Parameters.Spec::isMatrix));
        }
        return used;
    }

    /**
     * Floats of each token's gradients that exist at a time, those of gate and up in the memory of these: the residual's, the last
     * normed states and theirs, queries, keys and values, and the product of gate and up.
     */
    private static long gradientsPerToken(LlamaConfig model) {
        return 5L * model.hiddenSize() + model.queryWidth() + 2L * model.keyValueWidth() + model.intermediateSize();
    }

    /** All of it. */
    public long total() {
        return weights + gradients + optimizer + average + staging + activations + logits;
    }

    /**
     * Refuses a run that cannot fit.
     *
     * @param availableBytes memory of the device that computes
     * @throws IllegalArgumentException saying how much is needed, for what, and which settings shrink it
     */
    public void require(long availableBytes) {
        if (total() > availableBytes) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "this run needs %.1f GB of memory and the machine has %.1f GB: weights %.1f, gradients %.1f, optimizer %.1f,"
                            + " running average %.1f, checkpoint copy %.1f, activations %.1f, logits %.1f GB; data.batchSize, data.contextLength and"
                            + " training.activationCheckpointing=true shrink the activations, checkpoint.background=false spares the copy,"
                            + " a smaller model shrinks the rest",
                    total() / GB,
                    availableBytes / GB,
                    weights / GB,
                    gradients / GB,
                    optimizer / GB,
                    average / GB,
                    staging / GB,
                    activations / GB,
                    logits / GB));
        }
    }
}
