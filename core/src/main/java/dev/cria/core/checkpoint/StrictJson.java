package dev.cria.core.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cria.core.io.FileErrors;
import dev.cria.core.io.InvalidFileException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** JSON from files that are not trusted: UTF-8 only, shallow, of bounded size, no name twice in an object. */
public final class StrictJson {
    private static final int MAX_DEPTH = 100;
    private static final int SHOWN = 200;

    private StrictJson() {}

    /** A parser of UTF-8 text. */
    static JsonParser parser(byte[] json) throws IOException {
        return factory().createParser(reader(json));
    }

    /**
     * Reads a small JSON file whole.
     *
     * @param maxBytes the size beyond which it is refused
     * @throws InvalidFileException if it is larger or no JSON object
     */
    public static JsonNode readObject(Path file, long maxBytes) {
        try {
            long size = Files.size(file);
            if (size > maxBytes) {
                throw new InvalidFileException(
                        file, "it has %d bytes, more than the %d allowed".formatted(size, maxBytes));
            }
            JsonNode node = mapper().readTree(reader(Files.readAllBytes(file)));
            if (!node.isObject()) {
                throw new InvalidFileException(file, "it holds no JSON object; write it again");
            }
            return node;
        } catch (JsonProcessingException | CharacterCodingException e) {
            throw new InvalidFileException(file, "it is not valid JSON (" + reason(e) + "); write it again", e);
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot read", file, e);
        }
    }

    /** A mapper over the strict factory. */
    static ObjectMapper mapper() {
        return new ObjectMapper(factory()).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    }

    /** What a parser says is wrong, in one line. */
    static String reason(IOException e) {
        if (e instanceof CharacterCodingException) {
            return "it is not UTF-8";
        }
        String message = e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
        return shown(String.valueOf(message));
    }

    /** A name from a file, made fit for an error message of one line. */
    static String shown(String name) {
        String line = name.replaceAll("\\p{Cntrl}", "?");
        return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "...";
    }

    private static JsonFactory factory() {
        return JsonFactory.builder()
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .build())
                .build();
    }

    private static Reader reader(byte[] json) {
        return new InputStreamReader(
                new ByteArrayInputStream(json),
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT));
    }
}
