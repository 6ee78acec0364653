package dev.cria.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;

/** Runs commands as the launcher does, and keeps what they print. */
final class Commands {
    private Commands() {}

    /**
     * Runs one and asserts its exit code.
     *
     * @param exit the code that is expected
     * @param out receives what it prints
     * @param err receives its messages
     * @param arguments its words, as they print
     */
    static void run(int exit, StringWriter out, StringWriter err, Object... arguments) {
        int code = Cria.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
        assertThat(code).as("%s%s", out, err).isEqualTo(exit);
    }
}
