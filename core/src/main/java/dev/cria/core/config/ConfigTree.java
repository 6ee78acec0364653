package dev.cria.core.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Map;

/**
 * Values of a configuration and where each was set.
 *
 * @param values the values, not to be changed
 * @param places the place of each key, such as {@code config.yaml:7}, by its path, such as {@code data.files[0]}
 */
record ConfigTree(ObjectNode values, Map<String, String> places) {
    static ConfigTree empty() {
        return new ConfigTree(JsonNodeFactory.instance.objectNode(), Map.of());
    }

    static ConfigTree of(ObjectNode values, String name) {
        return new ConfigTree(values.deepCopy(), Map.of("", name));
    }

    static ConfigTree parse(String text, boolean json, String name) {
        return new ConfigParser(text, json, name).parse();
    }

    /** The tree of one {@code a.b=value}. */
    static ConfigTree setting(String setting) {
        int equals = setting.indexOf('=');
        String key = equals < 0 ? "" : setting.substring(0, equals).strip();
        if (key.isEmpty() || key.startsWith(".") || key.endsWith(".") || key.contains("..")) {
            throw new ConfigException(
                    "--set " + setting + ": write it as KEY=VALUE, such as optimizer.learningRate=1e-3");
        }
        String place = "--set " + setting;
        JsonNode value = ConfigParser.parseValue(setting.substring(equals + 1), place);
        return new ConfigTree(wrap(key, value), Map.of(key, place));
    }

    /** An object that holds nothing but {@code value} at the path {@code key}. */
    private static ObjectNode wrap(String key, JsonNode value) {
        int dot = key.lastIndexOf('.');
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.set(key.substring(dot + 1), value);
        return dot < 0 ? object : wrap(key.substring(0, dot), object);
    }

    private JsonNode find(String key) {
        return key.isEmpty() ? values : values.at("/" + key.replace('.', '/'));
    }

    /** This tree's values where it has any, those of {@code lower} elsewhere. */
    ConfigTree over(ConfigTree lower) {
        ObjectNode merged = lower.values.deepCopy();
        merge(values, merged);
        Map<String, String> all = new HashMap<>(lower.places);
        all.putAll(places);
        return new ConfigTree(merged, all);
    }

    private static void merge(ObjectNode upper, ObjectNode lower) {
        upper.properties().forEach(entry -> {
            JsonNode below = lower.get(entry.getKey());
            if (below instanceof ObjectNode belowObject && entry.getValue() instanceof ObjectNode above) {
                merge(above, belowObject);
            } else {
                lower.set(entry.getKey(), entry.getValue().deepCopy());
            }
        });
    }

    /** Replaces the preset's name in the object at {@code key} by the preset's values, under the object's own. */
    ConfigTree withPreset(String key, Presets presets) {
        JsonNode name = find(key).get(ConfigLoader.PRESET);
        if (name == null) {
            return this;
        }
        ConfigTree preset = preset(key, name.asText(), presets);
        ConfigTree result = over(preset);
        ((ObjectNode) result.find(key)).remove(ConfigLoader.PRESET);
        return result;
    }

    private ConfigTree preset(String key, String name, Presets presets) {
        String text;
        try {
            text = presets.yaml(name);
        } catch (ConfigException e) {
            throw new ConfigException(at(join(key, ConfigLoader.PRESET)) + e.getMessage(), e);
        }
        ConfigTree preset = parse(text, false, "preset " + name);
        if (key.isEmpty()) {
            return preset;
        }
        Map<String, String> moved = new HashMap<>();
        preset.places.forEach((path, place) -> moved.put(join(key, path), place));
        return new ConfigTree(wrap(key, preset.values), moved);
    }

    /** The place of a path or of the nearest object around it, followed by a colon and a space; empty if unknown. */
    String at(String path) {
        String place = places.get(path);
        for (String around = path; place == null && !around.isEmpty(); ) {
            around = around.substring(0, Math.max(0, Math.max(around.lastIndexOf('.'), around.lastIndexOf('['))));
            place = places.get(around);
        }
        return place == null ? "" : place + ": ";
    }

    /** The path of a key in the object at {@code parent}. */
    static String join(String parent, String key) {
        return parent.isEmpty() || key.isEmpty() ? parent + key : parent + "." + key;
    }
}
