package dev.cria.core.checkpoint;

/** Gives a tensor's values in row-major order, a chunk at a time. */
@FunctionalInterface
public interface FloatSource {
    /**
     * Fills one chunk.
     *
     * @param chunk where the values go
     * @param length how many to give
     * @param at index of the first among the tensor's elements
     */
    void fill(float[] chunk, int length, long at);
}
