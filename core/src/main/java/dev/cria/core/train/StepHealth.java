package dev.cria.core.train;

/** What became of a step. */
public enum StepHealth {
    /** The weights were updated. */
    GOOD,
    /** The loss or the gradient norm was not finite, and the weights are as they were. */
    SKIPPED,
    /** No batch of the step had a target: there was nothing to learn, and the weights are as they were. */
    NO_TARGETS,
    /** The loss stood far above those of the steps before. */
    SPIKE
}
