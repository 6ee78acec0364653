package dev.cria.core.config;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes a record as a configuration that {@link ConfigLoader} reads back to an equal one. */
public final class ConfigText {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private ConfigText() {}

    /** The record as YAML: every key, in the order of the components. */
    public static String toYaml(Record config) {
        YAMLMapper mapper = YAMLMapper.builder()
                .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                .disable(YAMLGenerator.Feature.SPLIT_LINES)
                .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
                .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
                .enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN)
                .build();
        try {
            return mapper.writeValueAsString(toJson(config));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write " + config.getClass().getName() + " as YAML", e);
        }
    }

    /** The record as a JSON tree. */
    public static ObjectNode toJson(Record config) {
        ObjectNode object = NODES.objectNode();
        for (RecordComponent component : config.getClass().getRecordComponents()) {
            object.set(component.getName(), node(Records.value(component, config)));
        }
        return object;
    }

    private static JsonNode node(@Nullable Object value) {
        if (value == null) {
            return NODES.nullNode();
        }
        if (value instanceof JsonNode node) {
            return node;
        }
        if (value instanceof Record nested) {
            return toJson(nested);
        }
        if (value instanceof List<?> list) {
            ArrayNode array = NODES.arrayNode();
            list.forEach(element -> array.add(node(element)));
            return array;
        }
        if (value instanceof Map<?, ?> map) {
            ObjectNode object = NODES.objectNode();
            map.forEach((key, element) -> object.set(String.valueOf(key), node(element)));
            return object;
        }
        return scalar(value);
    }

    private static JsonNode scalar(Object value) {
        if (value instanceof Boolean flag) {
            return NODES.booleanNode(flag);
        }
        if (value instanceof Enum<?> constant) {
            return NODES.textNode(Scalars.name(constant));
        }
        if (value instanceof Number number) {
            // The shortest digits that give the number back, never in the exponent form that YAML takes for text.
            BigDecimal digits = new BigDecimal(number.toString()).stripTrailingZeros();
            return NODES.numberNode(digits.setScale(Math.max(0, digits.scale())));
        }
        return NODES.textNode(value.toString());
    }
}
