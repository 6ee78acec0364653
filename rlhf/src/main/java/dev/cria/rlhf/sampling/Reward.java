package dev.cria.rlhf.sampling;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How good an answer is.
 *
 * @param value the number to maximise, before whitening
 * @param parts what it was made of, by name, for the log: such as the scores of both reward models
 */
public record Reward(double value, Map<String, Double> parts) {
    /** Copies the parts. */
    public Reward {
        parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts));
    }

    /** A reward without parts. */
    public static Reward of(double value) {
        return new Reward(value, Map.of());
    }
}
