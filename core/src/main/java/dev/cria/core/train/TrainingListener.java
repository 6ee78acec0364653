package dev.cria.core.train;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Optional;

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

    /** A checkpoint is in its place. In the background it may have taken some steps to get there. */
    default void onCheckpoint(long step, Path directory) {}

    /** After a loss spike the run has gone back to a checkpoint; the steps after it are done again on other data. */
    default void onRewind(long fromStep, long toStep) {}

    /** What to keep in checkpoints, so that {@link #restore} can go on from it when the run is resumed. */
    default Optional<JsonNode> state() {
        return Optional.empty();
    }

    /** Goes on from a checkpoint's state; called before {@link #onStart}, and only if there is one. */
    default void restore(JsonNode state) {}

    /** The run is over, completed or stopped; called also when it fails. */
    @Override
    default void close() {}
}
