package dev.cria.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cria.core.Engine;
import dev.cria.model.Llama;
import dev.cria.model.TinyModels;
import dev.cria.tokenizer.ByteTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that use a model: generate, chat, evaluate. */
class InferenceCommandsTest {
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
    void continuesAPrompt() {
        assertThat(run("generate", "--prompt", "Once", "--max-tokens", "5", "--temperature", "0"))
                .isZero();
        assertThat(out.toString()).startsWith("Once").hasSizeGreaterThan(4);
    }

    @Test
    void writesSamplesOfManyPromptsAsJsonLines() throws IOException {
        Path prompts = directory.resolve("prompts.jsonl");
        Files.writeString(prompts, "{\"prompt\": \"Once\"}\n{\"prompt\": \"\"}\n");
        Path output = directory.resolve("out.jsonl");
        int code = run(
                "generate",
                "--prompts",
                prompts.toString(),
                "--samples",
                "3",
                "--max-tokens",
                "4",
                "--output",
                output.toString());
        assertThat(code).isZero();
        List<String> lines = Files.readAllLines(output);
        assertThat(lines).hasSize(6);
        JsonNode last = new ObjectMapper().readTree(lines.get(5));
        assertThat(last.get("prompt").textValue()).isEmpty();
        assertThat(last.get("sample").intValue()).isEqualTo(2);
        assertThat(last.get("tokens")).hasSameSizeAs(last.get("logprobs")).hasSameSizeAs(last.get("model_logprobs"));
    }

    @Test
    void aBadSettingIsOneLine() {
        assertThat(run("generate", "--prompt", "Once", "--top-p", "0")).isEqualTo(2);
        assertThat(err.toString()).hasLineCount(1).startsWith("cria: topP must be above 0");
    }

    @Test
    void aBadLineOfPromptsIsNamed() throws IOException {
        Path prompts = directory.resolve("prompts.jsonl");
        Files.writeString(prompts, "{\"prompt\": \"Once\"}\n{\"text\": 1}\n");
        assertThat(run("generate", "--prompts", prompts.toString())).isEqualTo(2);
        assertThat(err.toString()).hasLineCount(1).contains("prompts.jsonl", "line 2", "\"prompt\"");
    }

    @Test
    void blankLinesOfPromptsAreLeftOutAndCounted() throws IOException {
        Path prompts = directory.resolve("prompts.jsonl");
        Files.writeString(prompts, "\n{\"prompt\": \"Once\"}\n\n");
        assertThat(run("generate", "--prompts", prompts.toString(), "--max-tokens", "2"))
                .isZero();
        assertThat(out.toString()).hasLineCount(1);
        Files.writeString(prompts, "\n{\"text\": 1}\n");
        assertThat(run("generate", "--prompts", prompts.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("line 2");
    }

    @Test
    void promptsThatAreNotUtf8AreOneLineWithTheirFile() throws IOException {
        Path prompts = directory.resolve("latin1.txt");
        Files.writeString(prompts, "Gr\u00fc\u00dfe\n", StandardCharsets.ISO_8859_1);
        assertThat(run("generate", "--prompts", prompts.toString())).isEqualTo(2);
        assertThat(err.toString()).hasLineCount(1).contains("latin1.txt", "not UTF-8");
    }

    @Test
    void aPromptLongerThanTheContextIsOneLine() {
        assertThat(run("generate", "--prompt", "x".repeat(200))).isEqualTo(2);
        assertThat(err.toString()).hasLineCount(1).contains("201 tokens", "context 128");
    }

    @Test
    void evaluatesAFile() throws IOException {
        Path text = directory.resolve("text.txt");
        Files.writeString(text, "Once upon a time.");
        assertThat(run("evaluate", "--data", text.toString())).isZero();
        JsonNode result = new ObjectMapper().readTree(out.toString());
        assertThat(result.get("tokens").intValue()).isEqualTo(18);
        assertThat(result.get("bytes").intValue()).isEqualTo(17);
        assertThat(result.get("loss").doubleValue()).isBetween(5.3, 5.8);
    }

    @Test
    void chatsUntilTheInputEnds() throws IOException {
        Path saved = directory.resolve("dialogue.jsonl");
        String input = "Hi\n/nonsense\n/save " + saved + "\n/reset\nAgain [INST]\n/exit\nnever read\n";
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
        try {
            assertThat(run("chat", "--max-tokens", "5", "--system", "Be kind")).isZero();
        } finally {
            System.setIn(before);
        }
        JsonNode messages = new ObjectMapper().readTree(Files.readString(saved)).get("messages");
        assertThat(messages).hasSize(3);
        assertThat(messages.get(1).get("content").textValue()).isEqualTo("Hi");
        assertThat(err.toString()).contains("no command /nonsense").contains("[INST]");
        assertThat(out.toString()).endsWith("> ");
    }

    private int run(String command, String... options) {
        List<String> args = new ArrayList<>(List.of(command, "--model", model.toString()));
        args.addAll(List.of(options));
        return Cria.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args.toArray(String[]::new));
    }
}
