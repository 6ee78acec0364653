package dev.cria.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class PretrainCommandTest {
    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void trainsOnAFileWithoutAConfiguration() throws IOException {
        Path text = Files.writeString(directory.resolve("text.txt"), "one two three four. ".repeat(100));
        Path run = directory.resolve("run");

        int exit = pretrain("--input", text.toString(), "--output", run.toString(), "--set", "training.steps=2");

        assertThat(exit).as(err.toString()).isZero();
        assertThat(out.toString()).contains("held-out loss", "cria generate --model " + run);
        assertThat(run.resolve("checkpoints/latest")).exists();
    }

    @Test
    void verboseLogsEveryStep() throws IOException {
        assertThat(logOfThreeSteps("quiet")).noneMatch(line -> line.startsWith("step 2/3"));
        assertThat(logOfThreeSteps("loud", "--verbose")).anyMatch(line -> line.startsWith("step 2/3: loss"));
    }

    private List<String> logOfThreeSteps(String name, String... options) throws IOException {
        Path text = Files.writeString(directory.resolve("text.txt"), "one two three four. ".repeat(100));
        List<String> arguments = new ArrayList<>(List.of("--input", text.toString(), "--set", "training.steps=3"));
        arguments.addAll(List.of("--output", directory.resolve(name).toString()));
        arguments.addAll(List.of(options));
        Logger logger = (Logger) LoggerFactory.getLogger("dev.cria");
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        logger.addAppender(lines);
        try {
            assertThat(pretrain(arguments.toArray(String[]::new)))
                    .as(err.toString())
                    .isZero();
        } finally {
            logger.detachAppender(lines);
        }
        return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Test
    void printsTheResolvedConfiguration() {
        assertThat(pretrain("--print-config", "--set", "model.preset=XS", "--set", "training.seed=7"))
                .isZero();
        assertThat(out.toString()).contains("numKeyValueHeads: 2", "seed: 7", "learningRate:");
    }

    @Test
    void aMissingFileIsOneLine() {
        refuses("none.txt", "--input", directory.resolve("none.txt").toString());
    }

    @Test
    void anEmptyFileIsOneLine() throws IOException {
        refuses(
                "it is empty",
                "--input",
                Files.createFile(directory.resolve("empty.txt")).toString());
    }

    @Test
    void aTextShorterThanAContextIsOneLine() throws IOException {
        refuses(
                "data.contextLength",
                "--input",
                Files.writeString(directory.resolve("a.txt"), "a few words").toString());
    }

    @Test
    void anUnknownKeyIsOneLineWithTheNearestOne() {
        refuses("learningRate", "--set", "optimizer.learningrat=1");
    }

    @Test
    void headsThatDoNotFitAreOneLine() {
        refuses("numKeyValueHeads", "--set", "model.numKeyValueHeads=3");
    }

    @Test
    void aRunDirectoryInUseIsOneLine() throws IOException {
        Path run = Files.createDirectory(directory.resolve("run"));
        Files.createFile(run.resolve("something"));
        assertThat(pretrain("--output", run.toString())).isEqualTo(2);
        assertThat(err.toString()).hasLineCount(1).contains("--resume");
    }

    @Test
    void resumingNeedsTheRun() {
        assertThat(pretrain("--resume")).isEqualTo(2);
        assertThat(err.toString()).hasLineCount(1).contains("--output");
    }

    private void refuses(String message, String... arguments) {
        Path run = directory.resolve("refused");
        List<String> all = new ArrayList<>(List.of("--output", run.toString()));
        all.addAll(List.of(arguments));
        assertThat(pretrain(all.toArray(String[]::new))).isEqualTo(2);
        assertThat(err.toString()).hasLineCount(1).startsWith("cria: ").contains(message);
        assertThat(run).doesNotExist();
    }

    private int pretrain(String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "pretrain";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return Cria.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all);
    }
}
