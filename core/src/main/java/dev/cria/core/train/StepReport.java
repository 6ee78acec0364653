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
 * @param elapsedSeconds since the run began, earlier sittings included
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
        double elapsedSeconds) {}
