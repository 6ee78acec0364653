package dev.cria.pretrain;

import dev.cria.core.train.TrainingConfig;
import dev.cria.model.LlamaConfig;
import dev.cria.model.TrainingMemory;

/**
 * What a pretraining run needs, from its configuration alone.
 *
 * @param parameters weights of the model
 * @param memory what the run holds at once
 * @param tokensPerStep tokens of an optimizer step
 * @param tokens of the whole run
 * @param flopsPerToken see {@link LlamaConfig#flopsPerToken}
 */
public record RunPlan(long parameters, TrainingMemory memory, long tokensPerStep, long tokens, double flopsPerToken) {
    /** The plan of a configuration; the vocabulary is that of {@code config.model()}. */
    public static RunPlan of(PretrainConfig config) {
        LlamaConfig model = config.model();
        TrainingConfig training = config.training();
        DataConfig data = config.data();
        long batch = (long) data.batchSize() * data.contextLength();
        return new RunPlan(
                model.parameterCount(),
                TrainingMemory.of(model, batch, training, config.checkpoint()),
                batch * training.accumulation(),
                batch * training.accumulation() * training.steps(),
                model.flopsPerToken(data.contextLength()));
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
