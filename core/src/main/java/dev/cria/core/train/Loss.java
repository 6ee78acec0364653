package dev.cria.core.train;

import dev.cria.core.autograd.Scalar;
import java.util.Map;

/**
 * The result of an objective.
 *
 * @param value mean loss of the batch
 * @param metrics further means over the batch, by name
 */
public record Loss(Scalar value, Map<String, Double> metrics) {
    /** A loss alone. */
    public static Loss of(Scalar value) {
        return new Loss(value, Map.of());
    }

    /** A loss and one metric. */
    public static Loss of(Scalar value, String metric, double mean) {
        return new Loss(value, Map.of(metric, mean));
    }
}
