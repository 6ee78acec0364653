package dev.cria.core.train;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A run's listeners as one. */
public record Listeners(List<TrainingListener> all) implements TrainingListener {
    private static final String PREFIX = "listener.";

    @Override
    public void onStart(long stepsDone, long totalSteps) {
        all.forEach(listener -> listener.onStart(stepsDone, totalSteps));
    }

    /** Whether anybody asks for the tensors of a step. */
    boolean watchTensorsAt(long step) {
        return all.stream().anyMatch(listener -> asksForTensors(listener, step));
    }

    private static boolean asksForTensors(TrainingListener listener, long step) {
        long every = listener.tensorsEverySteps();
        return every > 0 && step % every == 0;
    }

    @Override
    public void onTensors(long step, List<TensorReport> tensors) {
        all.stream()
                .filter(listener -> asksForTensors(listener, step))
                .forEach(listener -> listener.onTensors(step, tensors));
    }

    @Override
    public void onStep(StepReport report) {
        all.forEach(listener -> listener.onStep(report));
    }

    @Override
    public void onCheckpoint(long step, Path directory) {
        all.forEach(listener -> listener.onCheckpoint(step, directory));
    }

    @Override
    public void onRewind(long fromStep, long toStep) {
        all.forEach(listener -> listener.onRewind(fromStep, toStep));
    }

    /** The states of those that have one, by class. */
    public Map<String, JsonNode> states() {
        Map<String, JsonNode> states = new LinkedHashMap<>();
        all.forEach(listener -> listener.state().ifPresent(state -> states.put(key(listener), state)));
        return states;
    }

    /** Hands the states that {@link #states} returned back to their listeners. */
    public void restore(Map<String, JsonNode> states) {
        for (TrainingListener listener : all) {
            JsonNode state = states.get(key(listener));
            if (state != null) {
                listener.restore(state);
            }
        }
    }

    private static String key(TrainingListener listener) {
        return PREFIX + listener.getClass().getName();
    }

    @Override
    public void close() {
        all.forEach(TrainingListener::close);
    }
}
