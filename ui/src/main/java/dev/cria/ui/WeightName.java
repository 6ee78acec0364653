package dev.cria.ui;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A weight tensor's name as DL4J's pages expect it: layer, underscore, parameter, with a W at the end of what they are to
 * draw ratios of. They take one layer's name that begins another's for the same, so block numbers have leading zeros.
 *
 * @param layer such as {@code layers.03}
 * @param parameter such as {@code self_attn.q_proj.W}, or {@code input_layernorm.gain} for a norm
 */
record WeightName(String layer, String parameter) {
    private static final Pattern HUGGING_FACE =
            Pattern.compile("(?:model\\.)?(?:layers\\.(\\d+)|([^.]+))\\.(?:(.+)\\.)?weight");

    /** The name of a tensor of the Llama layout; of any other tensor, the whole name is the layer's. */
    static WeightName of(String tensor) {
        Matcher name = HUGGING_FACE.matcher(tensor);
        if (!name.matches()) {
            return new WeightName(tensor, "W");
        }
        String layer = name.group(1) == null
                ? name.group(2)
                : String.format(Locale.ROOT, "layers.%03d", blockOf(name.group(1)));
        String part = name.group(3) == null ? "" : name.group(3) + ".";
        return new WeightName(layer, part + (tensor.contains("norm") ? "gain" : "W"));
    }

    private static int blockOf(String digits) {
        return Integer.parseInt(digits);
    }

    /** Layer and parameter in one. */
    String joined() {
        return layer + "_" + parameter;
    }
}
