package dev.cria.ui;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A weight tensor's name as DL4J's pages expect it: layer, underscore, parameter. They take one layer's name that begins
 * another's for the same, so block numbers have leading zeros.
 *
 * @param layer such as {@code layers.003}
 * @param parameter such as {@code self_attn.q_proj}, or {@code weight} where it is the layer's only one
 */
record WeightName(String layer, String parameter) {
    private static final String ONLY = "weight";
    private static final Pattern HUGGING_FACE =
            Pattern.compile("(?:model\\.)?(?:layers\\.(\\d+)|([^.]+))\\.(?:(.+)\\.)?weight");

    /** The name of a tensor of the Llama layout; of any other tensor, the whole name is the layer's. */
    static WeightName of(String tensor) {
        Matcher name = HUGGING_FACE.matcher(tensor);
        if (!name.matches()) {
            return new WeightName(tensor, ONLY);
        }
        String layer = name.group(1) == null
                ? name.group(2)
                : String.format(Locale.ROOT, "layers.%03d", blockOf(name.group(1)));
        return new WeightName(layer, name.group(3) == null ? ONLY : name.group(3));
    }

    private static int blockOf(String digits) {
        return Integer.parseInt(digits);
    }

    /** All of a layer's weights together. The overview draws only what ends in W: one line a layer is what it has room for. */
    static String allOf(String layer) {
        return layer + "_W";
    }

    /** Layer and parameter in one. */
    String joined() {
        return layer + "_" + parameter;
    }
}
