package dev.cria.core.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Single values: from the tree's form to a component's type. */
final class Scalars {
    private static final int SHOWN = 60;

    private Scalars() {}

    /** A value of the wrong type; the message says what is wanted. */
    static final class Mismatch extends Exception {
        private static final long serialVersionUID = 1L;

        Mismatch(String wanted) {
            super(wanted, null, false, false);
        }
    }

    static Object read(JsonNode node, Class<?> type) throws Mismatch {
        if (type == JsonNode.class) {
            return node;
        }
        if (type == boolean.class || type == Boolean.class) {
            return bool(node);
        }
        if (type == int.class || type == Integer.class) {
            return (int) whole(node, Integer.MIN_VALUE, Integer.MAX_VALUE);
        }
        if (type == long.class || type == Long.class) {
            return whole(node, Long.MIN_VALUE, Long.MAX_VALUE);
        }
        if (type == double.class || type == Double.class) {
            return finite(node);
        }
        if (type == float.class || type == Float.class) {
            return (float) finite(node);
        }
        if (type == String.class) {
            return text(node, "text");
        }
        if (type == Path.class) {
            return path(node);
        }
        if (type.isEnum()) {
            return constant(node, type);
        }
        throw new IllegalStateException("configurations cannot hold a " + type.getName());
    }

    private static boolean bool(JsonNode node) throws Mismatch {
        String text = node.isContainerNode() ? "" : node.asText().toLowerCase(Locale.ROOT);
        if (!text.equals("true") && !text.equals("false")) {
            throw new Mismatch("true or false");
        }
        return text.equals("true");
    }

    private static long whole(JsonNode node, long min, long max) throws Mismatch {
        try {
            long value = decimal(node).longValueExact();
            if (value >= min && value <= max) {
                return value;
            }
        } catch (ArithmeticException | NumberFormatException e) {
            throw new Mismatch("a whole number");
        }
        throw new Mismatch("a whole number from %d to %d".formatted(min, max));
    }

    private static double finite(JsonNode node) throws Mismatch {
        try {
            double value = decimal(node).doubleValue();
            if (Double.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new Mismatch("a number");
        }
        throw new Mismatch("a finite number");
    }

    /** YAML takes {@code 3e-4} for text, since its mantissa has no point; here it is a number. */
    private static BigDecimal decimal(JsonNode node) {
        if (node.isNumber()) {
            return node.decimalValue();
        }
        return new BigDecimal(node.isTextual() ? node.asText().strip() : "");
    }

    private static String text(JsonNode node, String wanted) throws Mismatch {
        if (node.isContainerNode()) {
            throw new Mismatch(wanted);
        }
        return node.asText();
    }

    private static Path path(JsonNode node) throws Mismatch {
        try {
            return Path.of(text(node, "a path"));
        } catch (InvalidPathException e) {
            throw new Mismatch("a path");
        }
    }

    private static Object constant(JsonNode node, Class<?> type) throws Mismatch {
        String name = node.isContainerNode() ? "" : node.asText();
        for (Object constant : type.getEnumConstants()) {
            if (name((Enum<?>) constant).equals(name.toLowerCase(Locale.ROOT).replace('-', '_'))) {
                return constant;
            }
        }
        throw new Mismatch(Arrays.stream(type.getEnumConstants())
                .map(constant -> name((Enum<?>) constant))
                .collect(Collectors.joining(", ", "one of ", "")));
    }

    /** How an enum constant is written. */
    static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** A value as an error message shows it. */
    static String shown(JsonNode node) {
        if (node.isContainerNode()) {
            return node.isArray() ? "a list" : "an object";
        }
        String text = node.isNull() ? "empty" : node.toString();
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
    }
}
