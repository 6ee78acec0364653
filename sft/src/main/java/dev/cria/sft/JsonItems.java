package dev.cria.sft;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cria.core.io.FileErrors;
import dev.cria.core.io.GzipFiles;
import dev.cria.core.io.InvalidFileException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The objects of a JSON array or of a JSONL file, one by one, each with the line it begins on. A file whose name ends in
 * {@code .gz} is decompressed.
 */
public final class JsonItems {
    private static final ObjectMapper LINE = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final ObjectMapper ARRAY = new ObjectMapper();

    private JsonItems() {}

    /** Takes an item; what it refuses by {@link IllegalArgumentException} is reported under the file and the line. */
    @FunctionalInterface
    public interface Visitor {
        /** Takes an item and the line it begins on, counted from 1. */
        void accept(JsonNode item, long line);
    }

    /**
     * The sound items of a file.
     *
     * @param items what they say
     * @param skipped one line for each item that is not sound, naming its line and its fault
     * @param <T> what an item says
     */
    public record Sound<T>(List<T> items, List<String> skipped) {
        /** Copies the lists. */
        public Sound {
            items = List.copyOf(items);
            skipped = List.copyOf(skipped);
        }
    }

    /**
     * Reads a file, all of whose items must be sound.
     *
     * @param what an item is, for errors
     * @param parser makes a thing of an item, or refuses it by {@link IllegalArgumentException}
     * @throws InvalidFileException naming the file and the line that is wrong
     */
    public static <T> List<T> read(Path file, String what, Function<JsonNode, T> parser) {
        List<T> items = new ArrayList<>();
        forEach(file, (item, line) -> items.add(parser.apply(item)));
        return notEmpty(file, what, items);
    }

    /**
     * Reads a file and leaves out what is not sound.
     *
     * @throws InvalidFileException if the file is no JSON, or nothing in it is sound
     */
    public static <T> Sound<T> readSound(Path file, String what, Function<JsonNode, T> parser) {
        List<T> items = new ArrayList<>();
        List<String> skipped = new ArrayList<>();
        forEach(file, (item, line) -> {
            try {
                items.add(parser.apply(item));
            } catch (IllegalArgumentException e) {
                skipped.add("line %d: %s".formatted(line, e.getMessage()));
            }
        });
        return new Sound<>(notEmpty(file, what, items), skipped);
    }

    private static <T> List<T> notEmpty(Path file, String what, List<T> items) {
        if (items.isEmpty()) {
            throw new InvalidFileException(file, "it has no usable " + what);
        }
        return items;
    }

    /**
     * Visits all items: those of an array if the file begins with a bracket, else one a line, blank ones left out.
     *
     * @throws InvalidFileException naming the file and the line
     */
    public static void forEach(Path file, Visitor visitor) {
        if (!Files.isRegularFile(file)) {
            throw new InvalidFileException(file, "there is no such file");
        }
        try {
            if (beginsWithBracket(file)) {
                visitArray(file, visitor);
            } else {
                visitLines(file, visitor);
            }
        } catch (CharacterCodingException e) {
            throw new InvalidFileException(file, "it is not UTF-8 text; convert the file", e);
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot read", file, e);
        }
    }

    private static BufferedReader open(Path file) throws IOException {
        return new BufferedReader(new InputStreamReader(GzipFiles.open(file), StandardCharsets.UTF_8.newDecoder()));
    }

    private static boolean beginsWithBracket(Path file) throws IOException {
        try (BufferedReader reader = open(file)) {
            int c = reader.read();
            while (Character.isWhitespace(c)) {
                c = reader.read();
            }
            return c == '[';
        }
    }

    private static void visitLines(Path file, Visitor visitor) throws IOException {
        try (BufferedReader reader = open(file)) {
            long number = 0;
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                number++;
                if (!line.isBlank()) {
                    try {
                        visit(file, LINE.readTree(line), number, visitor);
                    } catch (JsonProcessingException e) {
                        throw notJson(file, number, e);
                    }
                }
            }
        }
    }

    private static void visitArray(Path file, Visitor visitor) throws IOException {
        try (BufferedReader reader = open(file);
                JsonParser parser = ARRAY.createParser(reader)) {
            parser.nextToken();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                long line = parser.currentTokenLocation().getLineNr();
                visit(file, ARRAY.readTree(parser), line, visitor);
            }
        } catch (JsonProcessingException e) {
            throw notJson(file, e.getLocation() == null ? 1 : e.getLocation().getLineNr(), e);
        }
    }

    private static void visit(Path file, JsonNode item, long line, Visitor visitor) {
        try {
            if (!item.isObject()) {
                throw new IllegalArgumentException("it is no JSON object");
            }
            visitor.accept(item, line);
        } catch (IllegalArgumentException e) {
            throw new InvalidFileException(file, "line %d: %s".formatted(line, e.getMessage()), e);
        }
    }

    private static InvalidFileException notJson(Path file, long line, JsonProcessingException e) {
        return new InvalidFileException(file, "line " + line + " is not JSON: " + e.getOriginalMessage(), e);
    }

    /** The text of a field, which must be there. */
    public static String text(JsonNode item, String field) {
        JsonNode text = item.path(field);
        if (!text.isTextual()) {
            throw new IllegalArgumentException("it has no string \"" + field + "\"");
        }
        return text.textValue();
    }

    /** The text of a field, empty if it is not there or null. */
    public static String optionalText(JsonNode item, String field) {
        return item.hasNonNull(field) ? text(item, field) : "";
    }
}
