package dev.cria.core.checkpoint;

/** Takes a tensor's values in row-major order, a chunk at a time. */
@FunctionalInterface
public interface FloatSink {
    /**
     * Takes one chunk.
     *
     * @param chunk the values; reused for the next chunk, so copy what is to be kept
     * @param length how many of them count
     * @param at index of the first among the tensor's elements
     */
    void accept(float[] chunk, int length, long at);
}
