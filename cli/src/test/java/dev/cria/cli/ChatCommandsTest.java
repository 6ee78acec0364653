package dev.cria.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cria.core.Engine;
import dev.cria.model.Llama;
import dev.cria.model.TinyModels;
import dev.cria.sft.ChatData;
import dev.cria.tokenizer.ByteTokenizer;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chat data, fine-tuning and what is built from a chat model's answers. */
class ChatCommandsTest {
    private static final String PAIR =
            "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"},{\"role\":\"assistant\",\"content\":\"ho\"}]}\n";

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path base;

    @BeforeEach
    void makeBase() throws IOException {
        base = Files.createDirectory(directory.resolve("base"));
        try (Engine engine = Engine.create();
                Llama model = TinyModels.llama(engine, 1)) {
            model.save(base);
            new ByteTokenizer().save(base);
        }
    }

    @Test
    void convertsOtherForms() throws IOException {
        Path gsm = write("gsm.jsonl", "{\"question\": \"1 + 1?\", \"answer\": \"#### 2\"}\n");
        Path chat = directory.resolve("chat.jsonl");

        run(0, "data", "convert", "--from", "gsm8k", "--input", gsm, "--output", chat);

        assertThat(ChatData.read(chat)).singleElement().matches(c -> c.answers().equals(List.of("#### 2")));
        assertThat(out.toString()).contains("1 conversations");
    }

    @Test
    void aBadItemIsOneLineAndLeavesNothing() throws IOException {
        Path alpaca = write(
                "alpaca.json",
                "[\n{\"instruction\": \"a\", \"output\": \"\"},\n{\"instruction\": \"a\", \"output\": \"b\"}]");
        Path chat = directory.resolve("chat.jsonl");

        run(2, "data", "convert", "--from", "alpaca", "--input", alpaca, "--output", chat);
        assertThat(err.toString()).hasLineCount(1).contains("line 2", "empty");
        assertThat(chat).doesNotExist();

        run(0, "data", "convert", "--from", "alpaca", "--input", alpaca, "--output", chat, "--skip-invalid");
        assertThat(out.toString()).contains("skipped line 2", "1 skipped");
    }

    @Test
    void fineTunesAndSaysWhatWasDropped() throws IOException {
        Path chat = write("chat.jsonl", PAIR.repeat(20) + PAIR.replace("hi", "hi".repeat(100)));
        Path run = directory.resolve("run");

        run(0, "sft", "--model", base, "--input", chat, "--output", run, "--set", "training.steps=2");

        assertThat(out.toString()).contains("21 conversations", "1 too long", "cria chat --model " + run);
        assertThat(run.resolve("checkpoints/latest")).exists();
        assertThat(Files.readString(run.resolve("report.html"))).contains("Conversations", "Answers to held-out");
        assertThat(Files.readString(run.resolve("data.json"))).contains("\"droppedTooLong\" : 1");
    }

    @Test
    void rowsThatAreWrongAreOneLine() throws IOException {
        Path chat = write("chat.jsonl", PAIR + PAIR.replace("assistant", "user"));
        run(2, "sft", "--model", base, "--input", chat, "--output", directory.resolve("run"));
        assertThat(err.toString()).hasLineCount(1).contains("chat.jsonl: line 2", "role user");
    }

    @Test
    void buildsGhostAttentionData() throws IOException {
        Path chat = write("chat.jsonl", PAIR);
        Path gatt = directory.resolve("gatt.jsonl");

        run(0, "gatt-data", "--model", base, "--input", chat, "--output", gatt, "--max-tokens", "5", "--seed", "3");

        assertThat(ChatData.read(gatt)).singleElement().satisfies(c -> {
            assertThat(c.questions().get(0)).endsWith(" hi").hasSizeGreaterThan(5);
            assertThat(c.learned()).containsExactly(true);
        });
    }

    @Test
    void buildsDistillationData() throws IOException {
        Path prompts = write("prompts.jsonl", "{\"prompt\": \"steal\", \"category\": \"unqualified_advice\"}\n");
        Path rules = write("rules.yaml", "rules: [{pattern: '[a-m]', points: 1}]");
        Path catalogue = write("catalogue.yaml", """
                adjectives: [kind]
                generic: [Be kind.]
                byCategory: [Be kind.]
                categories: [{category: unqualified_advice, guide: Care., topics: [fever]}]
                attacks: [{vector: other, templates: ['{request}']}]
                """);

        run(
                0,
                "distill-data",
                "--model",
                base,
                "--prompts",
                prompts,
                "--rules",
                rules,
                "--catalogue",
                catalogue,
                "--output",
                directory.resolve("distilled.jsonl"),
                "--max-tokens",
                "5");

        assertThat(out.toString())
                .containsPattern("[01] of 1 answers score higher")
                .contains("mean score without");
    }

    @Test
    void evaluatesTurns() throws IOException {
        Path scripts = write(
                "scripts.jsonl",
                "{\"instruction\": \"Moo.\", \"questions\": [\"a\", \"b\"], \"attributes\": {\"sound\": \"^\"}}\n");

        run(0, "evaluate-turns", "--model", base, "--input", scripts, "--turns", "1,2", "--max-tokens", "3");

        assertThat(out.toString()).contains("turn  1  100.0 %", "turn  2  100.0 %");
    }

    @Test
    void dialoguesBeyondTheContextAreLeftOutAndCounted() throws IOException {
        Path chat = write("chat.jsonl", PAIR + PAIR.replace("hi", "hi".repeat(100)));
        Path gatt = directory.resolve("gatt.jsonl");
        run(0, "gatt-data", "--model", base, "--input", chat, "--output", gatt, "--max-tokens", "5", "--seed", "3");
        assertThat(out.toString()).contains("1 dialogues", "1 left out");

        String script =
                "{\"instruction\": \"Moo.\", \"questions\": [\"a\", \"b\"], \"attributes\": {\"sound\": \"^\"}}\n";
        Path scripts = write("scripts.jsonl", script + script.replace("\"b\"", "\"" + "b".repeat(200) + "\""));
        run(0, "evaluate-turns", "--model", base, "--input", scripts, "--turns", "1,2", "--max-tokens", "3");
        assertThat(out.toString())
                .contains("turn  1  100.0 %", "turn  2   50.0 %", "1 of 2 dialogues outgrew the model's context");
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private void run(int exit, Object... arguments) {
        Commands.run(exit, out, err, arguments);
    }
}
