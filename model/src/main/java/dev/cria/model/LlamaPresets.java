package dev.cria.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Named sizes: Llama 2's as published (paper section 2.2 and Meta's released code), and small ones for two cores. */
public final class LlamaPresets {
    private static final Map<String, LlamaConfig> BY_NAME = new LinkedHashMap<>();

    static {
        // hidden, FFN, layers, heads, kv heads, vocab, positions, tied
        BY_NAME.put("tiny", preset(128, 352, 4, 4, 4, 258, 64, true).withVocabulary(258, 256, 257));
        BY_NAME.put("XS", preset(128, 352, 4, 4, 2, 4096, 1024, true));
        BY_NAME.put("S", preset(288, 768, 6, 6, 6, 32000, 2048, true));
        BY_NAME.put("M", preset(768, 2048, 12, 12, 4, 32000, 2048, true));
        BY_NAME.put("llama2-7b", preset(4096, ffnSize(4096, 1, 256), 32, 32, 32, 32000, 4096, false));
        BY_NAME.put("llama2-13b", preset(5120, ffnSize(5120, 1, 256), 40, 40, 40, 32000, 4096, false));
        BY_NAME.put("llama2-34b", preset(8192, ffnSize(8192, 1, 256), 48, 64, 8, 32000, 4096, false));
        BY_NAME.put("llama2-70b", preset(8192, ffnSize(8192, 1.3, 4096), 80, 64, 8, 32000, 4096, false));
    }

    private LlamaPresets() {}

    /**
     * The sizes under a name.
     *
     * @throws IllegalArgumentException listing the names, if there is none of this name
     */
    public static LlamaConfig named(String name) {
        LlamaConfig config = BY_NAME.get(name);
        if (config == null) {
            throw new IllegalArgumentException(
                    "no model is named '%s'; known: %s".formatted(name, String.join(", ", names())));
        }
        return config;
    }

    /** The names, from small to large. */
    public static Set<String> names() {
        return Collections.unmodifiableSet(BY_NAME.keySet());
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

    private static LlamaConfig preset(
            int hidden, int ffn, int layers, int heads, int kvHeads, int vocab, int positions, boolean tied) {
        return new LlamaConfig(vocab, hidden, ffn, layers, heads, kvHeads, 0, positions, 1e-5, 10000, tied, 0.02, 1, 2);
    }
}
