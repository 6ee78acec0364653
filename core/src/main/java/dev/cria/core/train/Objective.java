package dev.cria.core.train;

import dev.cria.core.autograd.Tape;
import dev.cria.core.data.Batch;

/**
 * What is minimised.
 *
 * @param <B> kind of batch
 */
@FunctionalInterface
public interface Objective<B extends Batch> {
    /**
     * Computes the mean loss of a batch on a tape.
     *
     * @param tape records the computation, or does not where the loss is only evaluated
     * @param batch the data
     */
    Loss loss(Tape tape, B batch);
}
