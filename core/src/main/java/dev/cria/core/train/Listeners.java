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

    /** The states of those that have one, by class; the second of a class has a number, and so on. */
    public Map<String, JsonNode> states() {
        Map<String, JsonNode> states = new LinkedHashMap<>();
        byKey().forEach((key, listener) -> listener.state().ifPresent(state -> states.put(key, state)));
        return states;
    }

    /** Hands the states that {@link #states} returned back to their listeners. */
    public void restore(Map<String, JsonNode> states) {
        byKey().forEach((key, listener) -> {
            JsonNode state = states.get(key);
            if (state != null) {
                listener.restore(state);
            }
        });
    }

    private Map<String, TrainingListener> byKey() {
        Map<String, TrainingListener> keyed = new LinkedHashMap<>();
        for (TrainingListener listener : all) {
            String first = PREFIX + listener.getClass().getName();
            String key = first;
            for (int n = 2; keyed.containsKey(key); n++) {
                key = first + "#" + n;
            }
            keyed.put(key, listener);
        }
        return keyed;
    }

    /** Closes each, even if one before it fails; the first failure is thrown and carries the others. */
    @Override
    public void close() {
        if (!all.isEmpty()) {
            TrainingListener last = all.get(all.size() - 1);
            try (last) {
                new Listeners(all.subList(0, all.size() - 1)).close();
            }
        }
    }
}
