package dev.cria.core.train;

/**
 * When the held-out loss is measured.
 *
 * @param everySteps steps between evaluations; 0 for one at the end only
 */
public record EvaluationConfig(long everySteps) {
    /** Checks the range. */
    public EvaluationConfig {
        if (everySteps < 0) {
            throw new IllegalArgumentException("everySteps must be at least 0, got " + everySteps);
        }
    }

    /** Every 250 steps. */
    public static EvaluationConfig defaults() {
        return new EvaluationConfig(250);
    }

    /** Whether to evaluate after so many steps of the run. */
    boolean isDue(long stepsDone, long steps) {
        return stepsDone == steps || (everySteps > 0 && stepsDone % everySteps == 0);
    }
}
