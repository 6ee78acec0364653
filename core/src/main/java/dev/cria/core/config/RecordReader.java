package dev.cria.core.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes records from a tree; the rules stand at {@link ConfigLoader}. */
final class RecordReader {
    private final ConfigTree tree;

    RecordReader(ConfigTree tree) {
        this.tree = tree;
    }

    Record read(Class<? extends Record> type) {
        return record(tree.values(), type, "", Records.defaults(type), type);
    }

    private Record record(
            ObjectNode object, Class<? extends Record> type, String path, @Nullable Record defaults, Class<?> root) {
        requireKnownKeys(object, type, path, root);
        RecordComponent[] components = type.getRecordComponents();
        @Nullable Object[] values = new @Nullable Object[components.length];
        for (int i = 0; i < components.length; i++) {
            RecordComponent component = components[i];
            Object fallback = defaults == null ? null : Records.value(component, defaults);
            JsonNode node = object.get(component.getName());
            String key = ConfigTree.join(path, component.getName());
            values[i] = node == null
                    ? missing(component, key, defaults != null, fallback, root)
                    : value(node, component.getGenericType(), key, fallback, Records.isNullable(component), root);
        }
        try {
            return Records.construct(type, values);
        } catch (IllegalArgumentException e) {
            throw refused(type, path, e);
        }
    }

    private void requireKnownKeys(ObjectNode object, Class<? extends Record> type, String path, Class<?> root) {
        List<String> known = Records.names(type);
        object.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                String key = ConfigTree.join(path, name);
                throw new ConfigException(
                        tree.at(key) + "unknown key " + key + "; " + KnownKeys.hint(root, type, path, name));
            }
        });
    }

    private @Nullable Object missing(
            RecordComponent component, String key, boolean hasDefault, @Nullable Object fallback, Class<?> root) {
        if (hasDefault || Records.isNullable(component)) {
            return fallback;
        }
        Class<?> type = component.getType();
        if (type.isRecord()) {
            Class<? extends Record> nested = type.asSubclass(Record.class);
            return record(JsonNodeFactory.instance.objectNode(), nested, key, Records.defaults(nested), root);
        }
        throw new ConfigException(
                "%skey %s is required; set it in the file or by --set %s=...".formatted(tree.at(key), key, key));
    }

    private @Nullable Object value(
            JsonNode node, Type type, String key, @Nullable Object fallback, boolean nullable, Class<?> root) {
        if (node.isNull()) {
            if (nullable) {
                return null;
            }
            throw wrong(key, "must have a value", node);
        }
        if (type instanceof ParameterizedType generic && generic.getRawType() == List.class) {
            return list(node, generic.getActualTypeArguments()[0], key, root);
        }
        if (type instanceof ParameterizedType generic && generic.getRawType() == Map.class) {
            return map(node, generic.getActualTypeArguments()[1], key, root);
        }
        Class<?> plain = (Class<?>) type;
        if (plain.isRecord()) {
            return nested(node, plain.asSubclass(Record.class), key, fallback, root);
        }
        try {
            return Scalars.read(node, plain);
        } catch (Scalars.Mismatch e) {
            throw wrong(key, "must be " + e.getMessage(), node);
        }
    }

    private Record nested(
            JsonNode node, Class<? extends Record> type, String key, @Nullable Object fallback, Class<?> root) {
        if (!(node instanceof ObjectNode object)) {
            throw wrong(key, "must hold keys (" + String.join(", ", Records.names(type)) + ")", node);
        }
        Record defaults = fallback == null ? Records.defaults(type) : (Record) fallback;
        return record(object, type, key, defaults, root);
    }

    private List<?> list(JsonNode node, Type element, String key, Class<?> root) {
        List<@Nullable Object> list = new ArrayList<>();
        if (node.isArray()) {
            for (JsonNode item : node) {
                list.add(value(item, element, key + "[" + list.size() + "]", null, false, root));
            }
        } else {
            list.add(value(node, element, key, null, false, root));
        }
        return Collections.unmodifiableList(list);
    }

    private Map<String, ?> map(JsonNode node, Type element, String key, Class<?> root) {
        if (!node.isObject()) {
            throw wrong(key, "must hold names with values", node);
        }
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        node.properties()
                .forEach(entry -> map.put(
                        entry.getKey(),
                        value(entry.getValue(), element, ConfigTree.join(key, entry.getKey()), null, false, root)));
        return Collections.unmodifiableMap(map);
    }

    private ConfigException wrong(String key, String requirement, JsonNode node) {
        return new ConfigException("%s%s %s, is %s".formatted(tree.at(key), key, requirement, Scalars.shown(node)));
    }

    /** Puts the whole key before a constructor's message, which begins with a component's name or is about them all. */
    private ConfigException refused(Class<? extends Record> type, String path, IllegalArgumentException e) {
        String message = String.valueOf(e.getMessage());
        String first = message.split("\\W", 2)[0];
        if (Records.names(type).contains(first)) {
            return new ConfigException(tree.at(ConfigTree.join(path, first)) + ConfigTree.join(path, message), e);
        }
        return new ConfigException(tree.at(path) + (path.isEmpty() ? "" : path + ": ") + message, e);
    }
}
