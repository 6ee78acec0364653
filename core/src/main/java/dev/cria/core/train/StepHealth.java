package dev.cria.core.train;

/** What became of a step. */
public enum StepHealth {
    /** The weights were updated. */
    GOOD,
    /** The loss or the gradient norm was not finite, and the weights are as they were. */
    SKIPPED,
    /** The loss stood far above those of the steps before. */
    SPIKE
}
