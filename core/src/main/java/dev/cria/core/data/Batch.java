package dev.cria.core.data;

/** What a training step computes a loss on. */
public interface Batch {
    /** Number of tokens that go through the model. */
    int tokenCount();

    /**
     * This batch's weight among the batches of one step: the number of things its mean loss is a mean over, such as
     * targets or pairs. Accumulated batches count by it, so that splitting a step changes nothing.
     */
    int weight();
}
