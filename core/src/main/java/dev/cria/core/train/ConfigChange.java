package dev.cria.core.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A value that differs between two configurations.
 *
 * @param key its whole key, such as {@code optimizer.learningRate}
 * @param from the value before, as JSON; empty if there was none
 * @param to the value now
 */
public record ConfigChange(String key, String from, String to) {
    /** All differences of two configurations, by key. */
    public static List<ConfigChange> between(JsonNode before, JsonNode after) {
        List<ConfigChange> changes = new ArrayList<>();
        compare("", before, after, changes);
        return changes;
    }

    private static void compare(String key, JsonNode before, JsonNode after, List<ConfigChange> changes) {
        if (before.isObject() && after.isObject()) {
            Set<String> names = new TreeSet<>();
            before.fieldNames().forEachRemaining(names::add);
            after.fieldNames().forEachRemaining(names::add);
            for (String name : names) {
                compare(key.isEmpty() ? name : key + "." + name, child(before, name), child(after, name), changes);
            }
        } else if (before.isArray() && after.isArray() && before.size() == after.size()) {
            for (int i = 0; i < before.size(); i++) {
                compare("%s[%d]".formatted(key, i), before.get(i), after.get(i), changes);
            }
        } else if (!before.equals(after) && !sameNumber(before, after)) {
            changes.add(new ConfigChange(key, before.toString(), after.toString()));
        }
    }

    private static JsonNode child(JsonNode object, String name) {
        JsonNode child = object.get(name);
        return child == null ? MissingNode.getInstance() : child;
    }

    /** 1 and 1.0 are the same setting. */
    private static boolean sameNumber(JsonNode a, JsonNode b) {
        return a.isNumber() && b.isNumber() && a.doubleValue() == b.doubleValue();
    }

    @Override
    public String toString() {
        return from.isEmpty() ? "%s = %s".formatted(key, to) : "%s %s -> %s".formatted(key, from, to);
    }
}
