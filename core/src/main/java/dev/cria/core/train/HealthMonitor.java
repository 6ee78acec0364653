package dev.cria.core.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.Deque;

/** Judges each step by its loss and gradient norm. */
final class HealthMonitor {
    private final HealthConfig config;
    private final Deque<Double> losses = new ArrayDeque<>(); // the last ones that were neither spikes nor infinite
    private int skippedInARow;
    private long skipped;

    HealthMonitor(HealthConfig config) {
        this.config = config;
    }

    /** Judges a step before its update. */
    StepHealth judge(double loss, double gradientNorm) {
        if (!Double.isFinite(loss) || !Double.isFinite(gradientNorm)) {
            skipped++;
            skippedInARow++;
            return StepHealth.SKIPPED;
        }
        skippedInARow = 0;
        if (config.spikeFactor() == 0) {
            return StepHealth.GOOD;
        }
        if (losses.size() == config.spikeWindow()) {
            if (loss > mean() + config.spikeFactor() * deviation()) {
                return StepHealth.SPIKE;
            }
            losses.removeFirst();
        }
        losses.addLast(loss);
        return StepHealth.GOOD;
    }

    /** Whether too many updates in a row were skipped. */
    boolean isHopeless() {
        return skippedInARow >= config.maxSkipped();
    }

    int skippedInARow() {
        return skippedInARow;
    }

    /** Updates skipped since the run began. */
    long skipped() {
        return skipped;
    }

    private double mean() {
        return losses.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    }

    private double deviation() {
        double mean = mean();
        return Math.sqrt(losses.stream()
                .mapToDouble(loss -> (loss - mean) * (loss - mean))
                .average()
                .orElse(0));
    }

    JsonNode state() {
        ArrayNode last = JsonNodeFactory.instance.arrayNode();
        losses.forEach(last::add);
        ObjectNode state = JsonNodeFactory.instance.objectNode();
        state.put("skipped", skipped).put("skippedInARow", skippedInARow).set("losses", last);
        return state;
    }

    void restore(JsonNode state) {
        skipped = state.path("skipped").asLong();
        skippedInARow = state.path("skippedInARow").asInt();
        losses.clear();
        state.path("losses").forEach(loss -> losses.addLast(loss.asDouble()));
        while (losses.size() > config.spikeWindow()) {
            losses.removeFirst();
        }
    }
}
