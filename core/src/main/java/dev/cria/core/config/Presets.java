package dev.cria.core.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Named sets of values, kept as YAML resources {@code FOLDER/NAME.yaml} beside a class.
 *
 * @see ConfigLoader#presets
 */
public final class Presets {
    private final Class<?> anchor;
    private final String folder;
    private final List<String> names;

    private Presets(Class<?> anchor, String folder, List<String> names) {
        this.anchor = anchor;
        this.folder = folder;
        this.names = names;
    }

    /**
     * Presets that lie beside a class.
     *
     * @param folder the resources' folder relative to the class's package, or from the root after a {@code /}
     * @param names the presets there are
     */
    public static Presets resources(Class<?> anchor, String folder, String... names) {
        return new Presets(anchor, folder, List.of(names));
    }

    /** The names. */
    public List<String> names() {
        return names;
    }

    /**
     * A preset's YAML text.
     *
     * @throws ConfigException if there is none of this name
     */
    public String yaml(String name) {
        if (!names.contains(name)) {
            throw new ConfigException(
                    "there is no preset \"%s\"; there are %s".formatted(name, String.join(", ", names)));
        }
        String resource = folder + "/" + name + ".yaml";
        try (InputStream in = anchor.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("resource " + resource + " of " + anchor.getName() + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read resource " + resource, e);
        }
    }
}
