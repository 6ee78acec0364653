package dev.cria.pretrain;

import dev.cria.core.train.TrainingConfig;
import dev.cria.model.LlamaConfig;
import java.util.Locale;

/**
 * What a pretraining run needs, from its configuration alone.
 *
 * @param parameters weights of the model
 * @param weightBytes memory of the weights
 * @param gradientBytes memory of the gradients
 * @param optimizerBytes memory of AdamW's moments
 * @param averageBytes memory of the running average
 * @param stagingBytes memory of the copy from which checkpoints are written
 * @param activationBytes memory of one batch's activations and of their gradients, estimated from the block's tensors
 * @param logitBytes memory of the rows of logits that exist at a time
 * @param tokensPerStep tokens of an optimizer step
 * @param tokens of the whole run
 * @param flopsPerToken see {@link LlamaConfig#flopsPerToken}
 */
public record RunPlan(
        long parameters,
        long weightBytes,
        long gradientBytes,
        long optimizerBytes,
        long averageBytes,
        long stagingBytes,
        long activationBytes,
        long logitBytes,
        long tokensPerStep,
        long tokens,
        double flopsPerToken) {
    private static final double GB = 1e9;
    private static final long LOGIT_ROWS = 1024; // the LM head's loss works on so many tokens at a time

    /** The plan of a configuration; the vocabulary is that of {@code config.model()}. */
    public static RunPlan of(PretrainConfig config) {
        LlamaConfig model = config.model();
        TrainingConfig training = config.training();
        DataConfig data = config.data();
        long bytes = Float.BYTES * model.parameterCount();
        long average = training.averageDecay() > 0 ? bytes : 0;
        long batch = (long) data.batchSize() * data.contextLength();
        return new RunPlan(
                model.parameterCount(),
                bytes,
                bytes,
                2 * bytes,
                average,
                config.checkpoint().background() ? 3 * bytes + average : 0,
                Float.BYTES
                        * batch
                        * (activationsPerToken(model, training.activationCheckpointing()) + gradients(model)),
                Float.BYTES * Math.min(LOGIT_ROWS, batch) * (model.vocabSize() + model.hiddenSize()),
                batch * training.accumulation(),
                batch * training.accumulation() * training.steps(),
                model.flopsPerToken(data.contextLength()));
    }

    /**
     * Floats kept for the way back by each token. Of each block: residuals, norms and outputs of both halves (hidden wide),
     * queries, keys, values and their attention, gate, up and their product. Recomputing keeps each block's input and one
     * block's rest.
     */
    private static long activationsPerToken(LlamaConfig model, boolean recomputing) {
        long block = 6L * model.hiddenSize()
                + 3L * model.queryWidth()
                + 3L * model.keyValueWidth()
                + 3L * model.intermediateSize();
        long layers = model.numHiddenLayers();
        return recomputing ? layers * model.hiddenSize() + block : layers * block;
    }

    /** Floats of each token's gradients that exist at a time: those of one block's widest tensors. */
    private static long gradients(LlamaConfig model) {
        return 3L * model.hiddenSize()
                + model.queryWidth()
                + 2L * model.keyValueWidth()
                + 2L * model.intermediateSize();
    }

    /** Memory of the whole run. */
    public long totalBytes() {
        return weightBytes
                + gradientBytes
                + optimizerBytes
                + averageBytes
                + stagingBytes
                + activationBytes
                + logitBytes;
    }

    /**
     * Refuses a run that cannot fit, before anything is allocated.
     *
     * @param availableBytes memory of the device that computes
     * @throws IllegalArgumentException saying how much is needed, for what, and which settings shrink it
     */
    public void requireMemory(long availableBytes) {
        if (totalBytes() > availableBytes) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "this run needs %.1f GB of memory and the machine has %.1f GB: weights %.1f, gradients %.1f, optimizer %.1f,"
                            + " running average %.1f, checkpoint copy %.1f, activations %.1f, logits %.1f GB; data.batchSize, data.contextLength and"
                            + " training.activationCheckpointing=true shrink the activations, checkpoint.background=false spares the copy,"
                            + " smaller model.* sizes shrink the rest",
                    totalBytes() / GB,
                    availableBytes / GB,
                    weightBytes / GB,
                    gradientBytes / GB,
                    optimizerBytes / GB,
                    averageBytes / GB,
                    stagingBytes / GB,
                    activationBytes / GB,
                    logitBytes / GB));
        }
    }

    /** Floating-point operations of the whole run. */
    public double totalFlops() {
        return flopsPerToken * tokens;
    }

    /**
     * Days that the run takes.
     *
     * @param flopsPerSecond what all devices together really do
     */
    public double days(double flopsPerSecond) {
        return totalFlops() / flopsPerSecond / 86_400;
    }

    /**
     * Energy of a run, as the Llama 2 paper counts it (section 2.2.1): device hours times the device's power, nothing
     * for cooling or idle hosts.
     *
     * @param deviceHours hours of all devices together
     * @param watts power of one device
     * @return kilowatt hours
     */
    public static double kilowattHours(double deviceHours, double watts) {
        return deviceHours * watts / 1000;
    }
}
