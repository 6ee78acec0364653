package dev.cria.core;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Python for the tests that compare with it: {@code CRIA_PYTHON}, by default {@code python3}. Where it lacks the packages
 * the test is skipped with a line that says so.
 */
public final class Python {
    private static final String PROGRAM =
            Optional.ofNullable(System.getenv("CRIA_PYTHON")).orElse("python3");

    private Python() {}

    /**
     * Runs a script.
     *
     * @param modules what it imports, separated by commas
     * @param script its path among the test resources
     * @param log where its output goes
     */
    public static void run(String modules, String script, Path log, String... arguments) throws IOException {
        assumeTrue(
                run(log, List.of(PROGRAM, "-c", "import " + modules)) == 0,
                () -> "skipped: " + PROGRAM + " cannot import " + modules + "; set CRIA_PYTHON to one that can");
        List<String> command = new ArrayList<>(List.of(
                PROGRAM, Path.of("src/test/resources", script).toAbsolutePath().toString()));
        command.addAll(List.of(arguments));
        if (run(log, command) != 0) {
            throw new AssertionError(command + " failed:\n" + Files.readString(log));
        }
    }

    private static int run(Path log, List<String> command) throws IOException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            return process.waitFor(5, TimeUnit.MINUTES) ? process.exitValue() : -1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        } catch (IOException e) {
            Files.writeString(log, String.valueOf(e.getMessage()));
            return -1;
        }
    }
}
