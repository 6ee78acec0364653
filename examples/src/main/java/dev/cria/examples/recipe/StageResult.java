package dev.cria.examples.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cria.core.io.DurableFiles;
import dev.cria.core.io.FileErrors;
import dev.cria.core.io.InvalidFileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a stage left: {@code result.json} in its directory. A stage that has one is done.
 *
 * @param stage name of the stage
 * @param seconds that it took, all sittings together as far as they ended in order
 * @param figures what was measured, see the stage's record
 */
public record StageResult(String stage, double seconds, JsonNode figures) {
    /** Name of the file in a stage's directory. */
    public static final String FILE = "result.json";

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** The result of a stage, if it is done. */
    public static Optional<StageResult> read(Path run, Stage stage) {
        Path file = run.resolve(stage.id()).resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(MAPPER.readValue(file.toFile(), StageResult.class));
        } catch (JsonProcessingException e) {
            throw new InvalidFileException(
                    file, "it is damaged: " + e.getOriginalMessage() + "; delete it to have the stage done again", e);
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot read", file, e);
        }
    }

    /** Writes the file, whole or not at all. */
    void write(Path run) {
        try {
            String text = MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(this);
            DurableFiles.write(run.resolve(stage).resolve(FILE), text.getBytes(StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("records of texts and numbers can be written", e);
        }
    }

    /** A stage's figures as a tree. */
    static JsonNode tree(Object figures) {
        return MAPPER.valueToTree(figures);
    }
}
