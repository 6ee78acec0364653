package dev.cria.model;

import dev.cria.core.Engine;

/** Small random models for unit tests, each in one line. */
public final class TinyModels {
    private TinyModels() {}

    /** Sizes that exercise everything in little time: 2 blocks of 32, 4 heads on 2 key heads, vocabulary 258. */
    public static LlamaConfig config() {
        return new LlamaConfig(258, 32, 88, 2, 4, 2, 0, 128, 1e-5, 10000, true, 0.02, 256, 257);
    }

    /**
     * A random Llama of {@link #config()}.
     *
     * @param engine what it computes on; stays open when the model is closed
     * @param seed of the weights
     */
    public static Llama llama(Engine engine, long seed) {
        return Llama.random(engine, config(), seed);
    }
}
