package dev.cria.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class CriaTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void printsItsVersionToStdout() {
        assertThat(run(command(), "--version")).isZero();
        assertThat(out.toString()).startsWith("cria ");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void helpsWithoutACommand() {
        assertThat(run(command())).isZero();
        assertThat(out.toString()).contains("Usage: cria");
    }

    @Test
    void anUnknownOptionIsOneLineAndExitCode2() {
        assertThat(run(command(), "--hlp")).isEqualTo(2);
        assertThat(err.toString())
                .hasLineCount(1)
                .startsWith("cria: Unknown option: '--hlp'")
                .contains("--help");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void aUsersErrorIsOneLineAndExitCode2() {
        assertThat(runFailing(new IllegalArgumentException("optimizer.learningRate is -1\nuse more than 0")))
                .isEqualTo(2);
        assertThat(err.toString())
                .isEqualToNormalizingNewlines("cria: optimizer.learningRate is -1; use more than 0\n");
    }

    @Test
    void aMissingFileIsNamed() {
        assertThat(runFailing(new UncheckedIOException(new NoSuchFileException("corpus.txt"))))
                .isEqualTo(2);
        assertThat(err.toString()).isEqualToNormalizingNewlines("cria: corpus.txt: no such file\n");
    }

    @Test
    void aDefectExitsWith1AndShowsItsTraceOnlyWhenVerbose() {
        assertThat(runFailing(new IllegalStateException("tape closed"))).isEqualTo(1);
        assertThat(err.toString()).hasLineCount(1).contains("internal error", "tape closed", "--verbose");

        assertThat(runFailing(new IllegalStateException("tape closed"), "--verbose"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("at dev.cria.cli.CriaTest");
    }

    private int runFailing(Exception e, String... options) {
        String[] args = new String[options.length + 1];
        args[0] = "fail";
        System.arraycopy(options, 0, args, 1, options.length);
        return run(command().addSubcommand(new Failing(e)), args);
    }

    private static CommandLine command() {
        return Cria.commandLine();
    }

    private int run(CommandLine command, String... args) {
        return command.setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }

    @Command(name = "fail")
    private record Failing(Exception e) implements Callable<Integer> {
        @Override
        public Integer call() throws Exception {
            throw e;
        }
    }
}
