package dev.cria.tokenizer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes the texts out of the lines of a JSONL file. */
final class JsonLines {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

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
        } catch (JsonProcessingException e) {
            throw invalid(e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw invalid(e.getMessage(), e);
        }
    }

    private IllegalArgumentException invalid(@Nullable String reason, IOException e) {
        return new IllegalArgumentException(file + ", line " + line + ": not valid JSON: " + reason, e);
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
