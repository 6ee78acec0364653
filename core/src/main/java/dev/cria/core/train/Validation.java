package dev.cria.core.train;

import dev.cria.core.Engine;
import dev.cria.core.autograd.Tape;
import dev.cria.core.data.Batch;

/**
 * Held-out data and how its loss is measured.
 *
 * @param batches the same batches each time it is asked for
 * @param objective what is measured, usually what is trained
 * @param <B> kind of batch
 */
public record Validation<B extends Batch>(Iterable<B> batches, Objective<B> objective) {
    /**
     * Mean loss over all batches, weighed by {@link Batch#weight()}.
     *
     * @throws IllegalArgumentException if there is no batch
     */
    public double loss(Engine engine) {
        double sum = 0;
        double weight = 0;
        for (B batch : batches) {
            if (batch.weight() == 0) {
                continue; // the mean over no target is not a number
            }
            try (Tape tape = engine.inference()) {
                sum += objective.loss(tape, batch).value().value() * batch.weight();
                weight += batch.weight();
            }
        }
        if (weight == 0) {
            throw new IllegalArgumentException(
                    "there is no held-out data to evaluate on; give more, or switch evaluation off");
        }
        return sum / weight;
    }
}
