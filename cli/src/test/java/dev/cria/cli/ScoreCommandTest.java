package dev.cria.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cria.core.Engine;
import dev.cria.model.Llama;
import dev.cria.model.TinyModels;
import dev.cria.tokenizer.ByteTokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScoreCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private static Path model;

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void saveModel() {
        try (Engine engine = Engine.create();
                Llama llama = TinyModels.llama(engine, 1)) {
            llama.save(model);
            new ByteTokenizer().save(model);
        }
    }

    @Test
    void addsLogProbabilitiesLineByLine() throws IOException {
        Path output = directory.resolve("scored.jsonl");
        assertThat(score("{\"ids\": [256, 72, 105], \"name\": \"kept\"}\n{\"ids\": [7]}\n{\"text\": \"Hi\"}\n", output))
                .as(err.toString())
                .isZero();
        List<String> lines = Files.readAllLines(output);
        assertThat(lines).hasSize(3);
        JsonNode first = JSON.readTree(lines.get(0));
        assertThat(first.path("name").asText()).isEqualTo("kept");
        assertThat(first.path("logprobs")).hasSize(2).allMatch(p -> p.doubleValue() < 0);
        assertThat(JSON.readTree(lines.get(1)).path("logprobs")).isEmpty();
        JsonNode text = JSON.readTree(lines.get(2)); // bos, H, i: the first line's ids
        assertThat(text.path("ids")).isEqualTo(first.path("ids"));
        for (int i = 0; i < 2; i++) {
            assertThat(text.path("logprobs").path(i).doubleValue())
                    .isCloseTo(first.path("logprobs").path(i).doubleValue(), within(1e-5));
        }
    }

    @Test
    void aLineOfManyIsNamedThoughSomeAreReadAtATime() throws IOException {
        Path output = directory.resolve("scored.jsonl");
        String good = "{\"ids\": [1, 2, 3]}\n";

        assertThat(score(good.repeat(700), output)).as(err.toString()).isZero();
        assertThat(Files.readAllLines(output)).hasSize(700);

        Files.delete(output);
        assertThat(score(good.repeat(600) + "{\n", output)).isEqualTo(2);
        assertThat(err.toString()).contains("line 601");
        assertThat(directory).isDirectoryNotContaining("glob:**scored*");
    }

    @Test
    void blankLinesAreLeftOutAndCounted() throws IOException {
        Path output = directory.resolve("scored.jsonl");
        assertThat(score("{\"ids\": [1, 2]}\n\n  \n{\"ids\": [3, 4]}\n", output))
                .as(err.toString())
                .isZero();
        assertThat(Files.readAllLines(output)).hasSize(2);
        assertThat(score("\n{\n", output)).isEqualTo(2);
        assertThat(err.toString()).contains("line 2");
    }

    @Test
    void withoutAFileTheLinesGoToStdout() throws IOException {
        assertThat(score("{\"ids\": [1, 2]}\n", null)).isZero();
        assertThat(out.toString()).hasLineCount(1).contains("\"logprobs\":[-");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"ids\": [1, 258]}            | id 258 is outside the model's vocabulary of 258",
                "{\"ids\": [1, -1]}             | id -1 is outside",
                "{\"ids\": []}                  | must have 1 to 128 tokens",
                "{\"ids\": [1, 2.5]}            | ids[1] is no token id: 2.5",
                "{\"ids\": [1], \"text\": \"a\"} | the only one of",
                "{\"tokens\": [1]}              | neither \"ids\"",
                "[1, 2]                         | no JSON object",
                "{\"ids\": [1}                  | not valid JSON",
            })
    void badLinesAreNamedAndNothingIsWritten(String line, String message) throws IOException {
        Path output = directory.resolve("scored.jsonl");
        assertThat(score("{\"ids\": [1, 2]}\n" + line + "\n", output)).isEqualTo(2);
        assertThat(err.toString())
                .hasLineCount(1)
                .startsWith("cria: " + directory.resolve("input.jsonl") + ": line 2: ")
                .contains(message);
        assertThat(output).doesNotExist();
    }

    private int score(String lines, Path output) throws IOException {
        Path input = Files.writeString(directory.resolve("input.jsonl"), lines);
        String[] args = output == null
                ? new String[] {"score", "--model", model.toString(), "--input", input.toString()}
                : new String[] {
                    "score", "--model", model.toString(), "--input", input.toString(), "--output", output.toString()
                };
        return Cria.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }
}
