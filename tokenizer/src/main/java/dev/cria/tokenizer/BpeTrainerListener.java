package dev.cria.tokenizer;

/** Is told how far long work has come. */
@FunctionalInterface
public interface BpeTrainerListener {
    /** A listener that does nothing. */
    BpeTrainerListener NONE = (phase, done, total) -> {};

    /**
     * Called now and then, from the working thread.
     *
     * @param phase what is being done, such as {@code "merges"}
     * @param done units done
     * @param total units in all
     */
    void onProgress(String phase, long done, long total);
}
