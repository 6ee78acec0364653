package dev.cria.core.train;

import java.util.Map;
import java.util.OptionalDouble;

/**
 * What one step did.
 *
 * @param step steps done, from 1
 * @param totalSteps steps of the whole run
 * @param loss mean training loss of the step, in nats where it is a cross entropy
 * @param metrics further means, by name
 * @param validationLoss held-out loss, where it was measured after this step
 * @param learningRate rate of this step
 * @param gradientNorm global norm before clipping
 * @param tokens tokens trained on since the run began
 * @param tokensPerSecond of this step, without evaluation and checkpoint
 * @param dataShare share of this step's time that was spent waiting for data, 0 to 1
 * @param elapsedSeconds since the run began, earlier sittings included
 * @param health what became of the step
 * @param skipped updates skipped since the run began
 */
public record StepReport(
        long step,
        long totalSteps,
        double loss,
        Map<String, Double> metrics,
        OptionalDouble validationLoss,
        double learningRate,
        double gradientNorm,
        long tokens,
        double tokensPerSecond,
        double dataShare,
        double elapsedSeconds,
        StepHealth health,
        long skipped) {}
