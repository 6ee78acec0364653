package dev.cria.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.cria.core.io.InvalidFileException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainerStateTest {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    @TempDir
    Path directory;

    @Test
    void comesBackAsItWas() {
        TrainerState state = new TrainerState(
                "pretrain",
                1000,
                5_000_000_000L,
                JSON.objectNode().put("epoch", 2).put("position", 1L << 40),
                Long.MIN_VALUE,
                Map.of("val_loss", 1.5, "accuracy", 0.1),
                JSON.objectNode().put("learningRate", 3e-4),
                Map.of("tensorboard", JSON.objectNode().put("bytes", 17)));
        state.write(directory);
        assertThat(TrainerState.read(directory)).isEqualTo(state);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "\"schemaVersion\" : 1|\"schemaVersion\" : 2|its schemaVersion is 2, this program reads up to 1",
                "\"step\" : 7|\"step\" : -7|step and tokens must not be negative",
                "\"step\" : 7|\"step\" : \"7\"|key \"step\" is no whole number",
                "\"step\" : 7|\"step\" : 99999999999999999999|key \"step\" is no whole number",
                "\"step\" : 7|\"step\" : 7, \"step\" : 8|not valid JSON (Duplicate field 'step')",
                "\"stage\"|\"stadium\"|key \"stage\" is missing",
                "{ }|[ ]|key \"bestMetrics\" is no JSON object",
            })
    void refusesAnotherForm(String was, String is, String problem) throws IOException {
        new TrainerState("sft", 7, 0, JSON.nullNode(), 0, Map.of(), JSON.objectNode(), Map.of()).write(directory);
        Path file = directory.resolve(TrainerState.FILE);
        Files.writeString(file, Files.readString(file).replace(was, is));
        assertThatThrownBy(() -> TrainerState.read(directory))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(problem);
    }

    @Test
    void saysThatThereIsNone() {
        assertThatThrownBy(() -> TrainerState.read(directory))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("no such file or directory");
    }
}
