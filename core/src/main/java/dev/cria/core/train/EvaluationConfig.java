package dev.cria.core.train;

import static dev.cria.core.config.Ranges.require;

/**
 * When the held-out loss is measured, and when it ends the run.
 *
 * @param everySteps steps between evaluations; 0 for one at the end only
 * @param patience the run ends after so many evaluations in a row without improvement; 0 never ends it
 * @param minImprovement a held-out loss counts as better if it is lower by more than this
 */
public record EvaluationConfig(long everySteps, int patience, double minImprovement) {
    /** Checks the ranges. */
    public EvaluationConfig {
        require(everySteps >= 0, "everySteps", everySteps, "at least 0");
        require(patience >= 0, "patience", patience, "at least 0");
        require(minImprovement >= 0, "minImprovement", minImprovement, "at least 0");
    }

    /** Evaluations that never end the run. */
    public EvaluationConfig(long everySteps) {
        this(everySteps, 0, 0);
    }

    /** Every 250 steps. */
    public static EvaluationConfig defaults() {
        return new EvaluationConfig(250);
    }

    /** Whether to evaluate after so many steps of the run. */
    public boolean isDue(long stepsDone, long steps) {
        return stepsDone == steps || (everySteps > 0 && stepsDone % everySteps == 0);
    }
}
