package dev.cria.core.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Parses YAML or JSON text and notes the line of every key. */
final class ConfigParser {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int MAX_DEPTH = 50;

    private final String text;
    private final boolean json;
    private final String name;
    private final Map<String, String> places = new HashMap<>();

    ConfigParser(String text, boolean json, String name) {
        this.text = text;
        this.json = json;
        this.name = name;
    }

    /** Parses a whole file, whose top must be an object; an empty one is an empty object. */
    ConfigTree parse() {
        JsonNode root = parseAny();
        places.put("", name);
        if (root.isNull()) {
            return new ConfigTree(NODES.objectNode(), places);
        }
        if (!(root instanceof ObjectNode object)) {
            throw new ConfigException(name + ": it holds no keys with values; a configuration is YAML or JSON");
        }
        return new ConfigTree(object, places);
    }

    /** Parses the value of a setting. */
    static JsonNode parseValue(String text, String place) {
        return text.isBlank() ? NODES.textNode("") : new ConfigParser(text, false, place).parseAny();
    }

    private JsonNode parseAny() {
        JsonFactory factory = json ? new JsonFactory() : new YAMLFactory();
        try (JsonParser parser = factory.createParser(text)) {
            JsonNode root = parser.nextToken() == null ? NODES.nullNode() : value(parser, "", 0);
            if (parser.nextToken() != null) {
                throw new ConfigException(line(parser) + ": something follows the configuration; remove it");
            }
            return root;
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null
                    ? name
                    : name + ":" + e.getLocation().getLineNr();
            throw new ConfigException(
                    "%s: it is no valid %s: %s"
                            .formatted(where, json ? "JSON" : "YAML", oneLine(e.getOriginalMessage())),
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + name, e);
        }
    }

    /** SnakeYAML's messages have several lines; the indented ones repeat the text and the place. */
    private static String oneLine(String message) {
        return message.lines()
                .filter(line -> !line.isBlank() && !Character.isWhitespace(line.charAt(0)))
                .collect(Collectors.joining(": "));
    }

    private JsonNode value(JsonParser parser, String path, int depth) throws IOException {
        if (depth > MAX_DEPTH) {
            throw new ConfigException(line(parser) + ": it is nested more than " + MAX_DEPTH + " deep");
        }
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser, path, depth);
            case START_ARRAY -> array(parser, path, depth);
            case VALUE_TRUE, VALUE_FALSE -> NODES.booleanNode(parser.getBooleanValue());
            case VALUE_NULL -> NODES.nullNode();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser);
            default -> NODES.textNode(parser.getText());
        };
    }

    private ObjectNode object(JsonParser parser, String path, int depth) throws IOException {
        ObjectNode object = NODES.objectNode();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            String keyPath = ConfigTree.join(path, key);
            String place = line(parser);
            if (object.has(key)) {
                throw new ConfigException(place + ": key " + keyPath + " stands twice; remove one");
            }
            places.put(keyPath, place);
            parser.nextToken();
            object.set(key, value(parser, keyPath, depth + 1));
        }
        return object;
    }

    private ArrayNode array(JsonParser parser, String path, int depth) throws IOException {
        ArrayNode array = NODES.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            String elementPath = path + "[" + array.size() + "]";
            places.put(elementPath, line(parser));
            array.add(value(parser, elementPath, depth + 1));
        }
        return array;
    }

    private static JsonNode number(JsonParser parser) throws IOException {
        try {
            return NODES.numberNode(parser.getDecimalValue());
        } catch (NumberFormatException | JsonProcessingException e) {
            return NODES.textNode(parser.getText()); // .nan and .inf: the reader says what it wants instead
        }
    }

    private String line(JsonParser parser) {
        return name.startsWith("--set ")
                ? name
                : name + ":" + parser.currentTokenLocation().getLineNr();
    }
}
