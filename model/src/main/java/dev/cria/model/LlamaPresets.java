package dev.cria.model;

import dev.cria.core.config.ConfigLoader;
import dev.cria.core.config.Presets;
import java.util.List;

/** Named sizes: Llama 2's as published (paper section 2.2 and Meta's released code), and small ones for two cores. */
public final class LlamaPresets {
    private static final Presets PRESETS = Presets.resources(
            LlamaPresets.class,
            "presets",
            "tiny",
            "XS",
            "S",
            "M",
            "llama2-7b",
            "llama2-13b",
            "llama2-34b",
            "llama2-70b");

    private LlamaPresets() {}

    /** The presets as configuration values, for {@code model.preset}. */
    public static Presets presets() {
        return PRESETS;
    }

    /** The names, from small to large. */
    public static List<String> names() {
        return PRESETS.names();
    }

    /**
     * The sizes under a name.
     *
     * @throws dev.cria.core.config.ConfigException listing the names, if there is none of this name
     */
    public static LlamaConfig named(String name) {
        return ConfigLoader.of(LlamaConfig.class)
                .yaml("preset " + name, PRESETS.yaml(name))
                .load();
    }

    /**
     * Llama's rule for the feed-forward width: two thirds of 4 * hiddenSize, so that SwiGLU's three matrices cost what two
     * did, times a multiplier, rounded up.
     *
     * @param hiddenSize width of the residual stream
     * @param multiplier 1 but for the 70B model's 1.3
     * @param multipleOf what the width is rounded up to a multiple of
     */
    public static int ffnSize(int hiddenSize, double multiplier, int multipleOf) {
        int twoThirds = 2 * 4 * hiddenSize / 3; // rounded down, as Meta's code does
        int size = (int) (multiplier * twoThirds);
        return (size + multipleOf - 1) / multipleOf * multipleOf;
    }
}
