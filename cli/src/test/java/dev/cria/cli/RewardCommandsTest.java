package dev.cria.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cria.core.Engine;
import dev.cria.model.Llama;
import dev.cria.model.TinyModels;
import dev.cria.rlhf.preference.PreferenceData;
import dev.cria.tokenizer.ByteTokenizer;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Comparisons, reward models and their evaluation. */
class RewardCommandsTest {
    private static final String HH = """
            {"chosen": "\\n\\nHuman: Hi\\n\\nAssistant: yes", "rejected": "\\n\\nHuman: Hi\\n\\nAssistant: no"}
            {"chosen": "\\n\\nHuman: Hi\\n\\nAssistant: same", "rejected": "\\n\\nHuman: Hi\\n\\nAssistant: same"}
            """;

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path base;
    private Path preferences;

    @BeforeEach
    void makeBase() throws IOException {
        base = Files.createDirectory(directory.resolve("base"));
        try (Engine engine = Engine.create();
                Llama model = TinyModels.llama(engine, 1)) {
            model.save(base);
            new ByteTokenizer().save(base);
        }
        preferences = Files.writeString(
                directory.resolve("preferences.jsonl"),
                IntStream.range(0, 40)
                        .mapToObj(i -> "{\"prompt\": [{\"role\": \"user\", \"content\": \"" + i
                                + "?\"}], \"chosen\": \"yes\", \"rejected\": \"no\", \"rating\": \"better\","
                                + " \"chosen_safe\": " + (i > 0) + ", \"rejected_safe\": " + (i == 0)
                                + ", \"source\": \"test\"}\n")
                        .collect(Collectors.joining()));
    }

    @Test
    void comparisonsAreConverted() throws IOException {
        Path hh = Files.writeString(directory.resolve("hh.jsonl"), HH);
        Path converted = directory.resolve("converted.jsonl");
        run(2, "data", "convert", "--from", "hh", "--input", hh, "--output", converted);
        assertThat(err.toString()).hasLineCount(1).contains("line 2", "are equal");
        run(0, "data", "convert", "--from", "hh", "--input", hh, "--output", converted, "--skip-invalid");
        assertThat(out.toString()).contains("skipped line 2", "1 skipped", "1 comparisons");
        assertThat(PreferenceData.read(converted))
                .singleElement()
                .matches(p -> p.chosen().equals("yes") && p.source().equals("hh"));
    }

    @Test
    void aRewardModelIsTrainedEvaluatedAndCompared() throws IOException {
        Path run = train("run", "kind=safety");
        assertThat(out.toString())
                .contains("excluded: 1 that prefer an unsafe answer", "37 pairs to learn from, 2 held out")
                .contains("accuracy", "better", "from test", "safe chosen, unsafe rejected", "unsafe recall at 0.5");
        assertThat(out.toString()).contains("nats a comparison").doesNotContain("nats a token");
        assertThat(run.resolve("report.html"))
                .content()
                .contains("Reward model on comparisons", "Calibration: accuracy by confidence");

        run(0, "evaluate-reward", "--model", run, "--input", preferences);
        assertThat(out.toString()).contains("of 39").contains("in the report");

        Path scored = directory.resolve("scored.jsonl");
        run(0, "score-reward", "--model", run, "--input", preferences, "--output", scored);
        assertThat(Files.readAllLines(scored)).hasSize(40).allMatch(line -> line.contains("\"rejected_reward\":"));

        Path other = train("other", "training.seed=9");
        Path differing = directory.resolve("differing.jsonl");
        run(0, "evaluate-reward", "--model", run, "--other", other, "--input", preferences, "--output", differing);
        assertThat(out.toString()).contains("first model", "second model", "prefer the same answer of");
        assertThat(differing).exists();
    }

    @Test
    void aChatModelIsNoRewardModel() {
        run(2, "evaluate-reward", "--model", base, "--input", preferences);
        assertThat(err.toString()).hasLineCount(1).contains("no scalar head");
    }

    private Path train(String name, String setting) {
        Path run = directory.resolve(name);
        run(
                0,
                "reward",
                "--model",
                base,
                "--input",
                preferences,
                "--output",
                run,
                "--set",
                "data.batchSize=8",
                "--set",
                "training.accumulation=1",
                "--set",
                setting);
        return run;
    }

    private void run(int exit, Object... arguments) {
        Commands.run(exit, out, err, arguments);
    }
}
