package dev.cria.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Takes the texts out of the lines of a JSONL file. */
final class JsonLines {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final List<String> fields;
    private long line;

    JsonLines(Path file, List<String> fields) {
        this.file = file;
        this.fields = List.copyOf(fields);
    }

    /** The texts of the next line, none if it is blank. */
    List<String> texts(byte[] buffer, int start, int end) {
        line++;
        JsonNode json = parse(buffer, start, end);
        return json.isMissingNode()
                ? List.of()
                : fields.stream().map(field -> text(json, field)).toList();
    }

    private JsonNode parse(byte[] buffer, int start, int end) {
        try {
            return JSON.readTree(buffer, start, end - start);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + ", line " + line + ": not valid JSON: " + e.getMessage(), e);
        }
    }

    private String text(JsonNode json, String field) {
        JsonNode text = json.path(field);
        if (!text.isTextual()) {
            throw new IllegalArgumentException(
                    file + ", line " + line + ": no text in field '" + field + "'; name the fields that hold the text");
        }
        return text.asText();
    }
}
