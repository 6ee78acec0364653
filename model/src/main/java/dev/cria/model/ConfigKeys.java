package dev.cria.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cria.core.io.InvalidFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Set;

/** Typed access to the keys of a foreign configuration: every key is read, known to be harmless, or refused by name. */
record ConfigKeys(Path file, String prefix, JsonNode json) {
    ConfigKeys(Path file, JsonNode json) {
        this(file, "", json);
    }

    /** The keys of a nested object. */
    ConfigKeys nested(String key) {
        if (!json.path(key).isObject()) {
            throw invalid(key, "must be an object, is " + json.path(key));
        }
        return new ConfigKeys(file, prefix + key + ".", json.path(key));
    }

    /** Whether the key is there and not null. */
    boolean has(String key) {
        return json.hasNonNull(key);
    }

    int integer(String key) {
        if (!isInteger(json.path(key))) {
            throw invalid(key, "must be an integer, is " + shown(key));
        }
        return json.path(key).intValue();
    }

    int integer(String key, int fallback) {
        return has(key) ? integer(key) : fallback;
    }

    double number(String key, double fallback) {
        if (!has(key)) {
            return fallback;
        }
        if (!json.path(key).isNumber()) {
            throw invalid(key, "must be a number, is " + shown(key));
        }
        return json.path(key).doubleValue();
    }

    boolean bool(String key, boolean fallback) {
        if (!has(key)) {
            return fallback;
        }
        if (!json.path(key).isBoolean()) {
            throw invalid(key, "must be true or false, is " + shown(key));
        }
        return json.path(key).booleanValue();
    }

    /** A token's id: the first where several are listed, -1 for null. */
    int tokenId(String key, int fallback) {
        if (json.path(key).isArray() && !json.path(key).isEmpty()) {
            return new ConfigKeys(file, prefix + key, json.path(key)).first();
        }
        return json.path(key).isNull() ? -1 : integer(key, fallback);
    }

    private int first() {
        if (!isInteger(json.path(0))) {
            throw invalid("[0]", "must be an integer, is " + json.path(0));
        }
        return json.path(0).intValue();
    }

    /** Whether it is one as written: Jackson would cut 32.9 down to 32. */
    private static boolean isInteger(JsonNode value) {
        return value.isIntegralNumber() && value.canConvertToInt();
    }

    /** Refuses a text other than the ones known. */
    void require(String key, Set<String> known) {
        if (has(key) && !known.contains(json.path(key).asText())) {
            throw invalid(key, "%s is not supported; only %s is".formatted(shown(key), String.join(" or ", known)));
        }
    }

    /** Refuses every key but the ones given, unless its value says nothing: null, false, 0 or empty. */
    void refuseOthers(Set<String> read, Set<String> harmless) {
        for (Iterator<String> keys = json.fieldNames(); keys.hasNext(); ) {
            String key = keys.next();
            boolean known = read.contains(key) || harmless.contains(key) || key.startsWith("_");
            if (!known && !saysNothing(json.path(key))) {
                throw invalid(
                        key,
                        "is not supported: %s; if it does not change the computation, remove it".formatted(shown(key)));
            }
        }
    }

    private static boolean saysNothing(JsonNode value) {
        return value.isNull()
                || (value.isBoolean() && !value.booleanValue())
                || (value.isNumber() && value.doubleValue() == 0)
                || (value.isTextual() && value.textValue().isEmpty())
                || (value.isContainerNode() && value.isEmpty());
    }

    private String shown(String key) {
        String value = json.path(key).toString();
        return value.length() <= 80 ? value : value.substring(0, 80) + "...";
    }

    InvalidFileException invalid(String key, String problem) {
        return new InvalidFileException(file, prefix + key + " " + problem);
    }
}
