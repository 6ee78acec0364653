package dev.cria.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.cria.examples.recipe.Claims;
import dev.cria.examples.recipe.Recipe;
import dev.cria.examples.recipe.RecipeConfig;
import dev.cria.examples.recipe.RecipeSize;
import dev.cria.examples.recipe.Stage;
import dev.cria.examples.recipe.StageResult;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The miniature Llama 2 from the command line. */
class RecipeCommandTest {
    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    /** Models this small learn nothing: only that every stage runs, is not done twice and is in the report. */
    @Test
    @Tag("recipe")
    void aKilledRecipeGoesOnToItsReport() throws Exception {
        Path run = directory.resolve("recipe");
        killAt(Stage.REWARD_MODELS, run);
        Map<Stage, StageResult> before = Recipe.results(run);
        assertThat(before)
                .containsKeys(Stage.TOKENIZER, Stage.PRETRAINING, Stage.FINE_TUNING, Stage.PREFERENCES)
                .doesNotContainKey(Stage.REWARD_MODELS);

        assertThat(execute("recipe", "--size", "tiny", "--output", run)).isZero();
        Map<Stage, StageResult> results = Recipe.results(run);
        assertThat(results).containsOnlyKeys(Stage.values()).containsAllEntriesOf(before);
        Path report = run.resolve("report.html");
        assertThat(out.toString()).contains("pretraining          done before").endsWith(report.toUri() + "\n");

        String page = Files.readString(report);
        assertThat(page).doesNotContain("http://", "src=", "NaN").contains("prefers-color-scheme: dark");
        for (Stage stage : Stage.values()) {
            assertThat(page).contains("<section id=\"" + stage.id() + "\">");
        }
        assertThat(Claims.of(results))
                .hasSizeGreaterThanOrEqualTo(14)
                .allSatisfy(claim -> assertThat(page).contains(claim.reproduced() ? "\"yes\">yes" : "\"no\">no"));
        assertThat(results.get(Stage.EVALUATION).figures().path("rows")).hasSize(8);

        assertThat(execute("recipe", "--size", "tiny", "--output", run, "--seed", 2))
                .isEqualTo(2);
        assertThat(err.toString()).containsOnlyOnce("\n").contains("holds a recipe of size tiny, seed 1, not of");
    }

    /** Starts the command as a program of its own, and kills it in the middle of a stage. */
    private static void killAt(Stage stage, Path run) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.cria.cli.Cria",
                        "recipe",
                        "--size",
                        "tiny",
                        "--output",
                        run.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            while (line != null && !line.matches(".*" + stage.id() + " +\\.\\.\\.")) {
                line = lines.readLine();
            }
            assertThat(line).isNotNull();
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void aStageThatIsStoppedGoesOn() {
        Path run = directory.resolve("recipe");
        Recipe[] recipe = new Recipe[1];
        recipe[0] = new Recipe(
                RecipeConfig.of(RecipeSize.TINY, 1), run, step -> List.of(), line -> recipe[0].requestStop());
        assertThat(recipe[0].run()).isFalse();
        assertThat(Recipe.results(run)).containsOnlyKeys(Stage.TOKENIZER); // which is not worth stopping
        assertThat(Recipe.read(run)).isEqualTo(RecipeConfig.of(RecipeSize.TINY, 1));
    }

    @Test
    void aDirectoryWithSomethingElseIsLeftAlone() throws IOException {
        Files.writeString(directory.resolve("thesis.txt"), "years of work");
        assertThat(execute("recipe", "--size", "tiny", "--output", directory)).isEqualTo(2);
        assertThat(err.toString()).containsOnlyOnce("\n").contains("holds no recipe and is not empty");
        Files.writeString(directory.resolve("config.yaml"), "policy: x\n");
        assertThat(execute("recipe", "--size", "tiny", "--output", directory)).isEqualTo(2);
        assertThat(err.toString()).contains("holds another run; choose another --output");
    }

    @Test
    void aDirectoryThatCannotBeWrittenToIsRefused() {
        assumeThat(directory.toFile().setWritable(false)).isTrue();
        assumeThat(Files.isWritable(directory)).as("not as the superuser").isFalse();
        assertThat(execute("recipe", "--size", "tiny", "--output", directory.resolve("recipe")))
                .isEqualTo(2);
        assertThat(err.toString()).containsOnlyOnce("\n").contains("recipe");
    }

    @Test
    void anUnknownSizeIsNamed() {
        assertThat(execute("recipe", "--size", "huge", "--output", directory)).isEqualTo(2);
        assertThat(err.toString()).contains("--size", "TINY, SMALL, DEFAULT, LARGE");
    }

    private int execute(Object... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        String[] texts = new String[arguments.length];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = arguments[i].toString();
        }
        CommandLine command = Cria.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(texts);
    }
}
