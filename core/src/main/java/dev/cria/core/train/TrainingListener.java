package dev.cria.core.train;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
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

    /** How often {@link #onTensors} is called, in steps; 0 for never. It costs a copy of the weights and some passes. */
    default long tensorsEverySteps() {
        return 0;
    }

    /**
     * How the trained weights, their gradients and their last update are spread; before {@link #onStep} of the same step.
     * Not called for a step without update.
     *
     * @param step counted from 1
     * @param tensors all that are trained
     */
    default void onTensors(long step, List<TensorReport> tensors) {}

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
