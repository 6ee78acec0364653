package dev.cria.core.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cria.core.io.FileErrors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads a configuration into a tree of records.
 *
 * <pre>{@code
 * PretrainConfig config = ConfigLoader.of(PretrainConfig.class)
 *         .presets("model", presets)
 *         .file(path)
 *         .set("optimizer.learningRate=1e-3")
 *         .load();
 * }</pre>
 *
 * <p>Later layers win over earlier ones, key by key; lists are replaced whole. A key missing from all layers takes the
 * value of the record's {@code public static} method {@code defaults()}; a record inside a record with that method takes
 * its defaults from the outer one. Without such a method a key is required, unless its component is {@code @Nullable}.
 *
 * <p>Components may be numbers, booleans, strings, enums (in any case), {@link Path}s, {@link JsonNode}s, records, lists
 * (one element may stand alone), maps from strings, all in public records. A record's constructor checks its values and
 * throws {@link IllegalArgumentException} with a message that begins with the component's name; it is reported under the
 * whole key and its place.
 *
 * @param <T> the record that is read
 */
public final class ConfigLoader<T extends Record> {
    /** The key that names a preset. */
    public static final String PRESET = "preset";

    private static final long MAX_BYTES = 4 << 20;

    private final Class<T> type;
    private final Map<String, Presets> presets = new LinkedHashMap<>();
    private ConfigTree tree = ConfigTree.empty();

    private ConfigLoader(Class<T> type) {
        this.type = type;
    }

    /** A loader without layers. */
    public static <T extends Record> ConfigLoader<T> of(Class<T> type) {
        return new ConfigLoader<>(type);
    }

    /**
     * Allows {@code KEY.preset: NAME}: the named preset's values stand under all layers' values of {@code KEY}.
     *
     * @param key the key of the object that may name a preset; empty for the whole configuration
     */
    public ConfigLoader<T> presets(String key, Presets named) {
        presets.put(key, named);
        return this;
    }

    /**
     * Adds a file: JSON if its name ends in {@code .json}, else YAML.
     *
     * @throws ConfigException if it is malformed
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    public ConfigLoader<T> file(Path file) {
        boolean json = file.toString().toLowerCase(Locale.ROOT).endsWith(".json");
        return add(ConfigTree.parse(read(file), json, file.toString()));
    }

    /**
     * Adds YAML text.
     *
     * @param name what errors call it
     * @throws ConfigException if it is malformed
     */
    public ConfigLoader<T> yaml(String name, String text) {
        return add(ConfigTree.parse(text, false, name));
    }

    /**
     * Adds a tree, such as the configuration stored in a checkpoint.
     *
     * @param name what errors call it
     */
    public ConfigLoader<T> json(String name, ObjectNode values) {
        return add(ConfigTree.of(values, name));
    }

    /**
     * Adds a setting {@code a.b=value}; the value is read as YAML.
     *
     * @throws ConfigException if it is malformed
     */
    public ConfigLoader<T> set(String setting) {
        return add(ConfigTree.setting(setting));
    }

    /** Adds several settings in their order. */
    public ConfigLoader<T> set(List<String> settings) {
        settings.forEach(this::set);
        return this;
    }

    /**
     * Reads the record.
     *
     * @throws ConfigException if a key is unknown, missing or of the wrong type, or a record refuses its values
     */
    public T load() {
        ConfigTree complete = tree;
        for (Map.Entry<String, Presets> entry : presets.entrySet()) {
            complete = complete.withPreset(entry.getKey(), entry.getValue());
        }
        return type.cast(new RecordReader(complete).read(type));
    }

    private ConfigLoader<T> add(ConfigTree layer) {
        tree = layer.over(tree);
        return this;
    }

    private static String read(Path file) {
        try {
            long size = Files.size(file);
            if (size > MAX_BYTES) {
                throw new ConfigException(
                        "%s: it has %d bytes, more than the %d of any configuration".formatted(file, size, MAX_BYTES));
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new ConfigException(file + ": it is not UTF-8 text; a configuration is YAML or JSON", e);
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot read", file, e);
        }
    }
}
