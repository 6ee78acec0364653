package dev.cria.core.train;

import java.nio.file.Path;

/** Watches a training run. Called on the training thread, in the order the listeners were added. */
public interface TrainingListener extends AutoCloseable {
    /**
     * The run begins or goes on.
     *
     * @param stepsDone 0, or the step resumed from
     * @param totalSteps steps of the whole run
     */
    default void onStart(long stepsDone, long totalSteps) {}

    /** A step is done. */
    default void onStep(StepReport report) {}

    /** A checkpoint is in its place. */
    default void onCheckpoint(long step, Path directory) {}

    /** The run is over, completed or stopped; called also when it fails. */
    @Override
    default void close() {}
}
