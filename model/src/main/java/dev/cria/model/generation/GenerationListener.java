package dev.cria.model.generation;

/** Receives continuations as they are finished, in no particular order. */
@FunctionalInterface
public interface GenerationListener {
    /**
     * Takes a finished continuation.
     *
     * @param request index of its request
     * @param sample which of the request's continuations, from 0
     * @param generation what was written
     */
    void onFinished(int request, int sample, Generation generation);
}
