package dev.cria.tokenizer;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Real data and Python for the tests that want them; where they are absent the test is skipped with a line that says so. */
final class TestData {
    private TestData() {}

    /** A file of the data directory: {@code CRIA_TEST_DATA}, or {@code ../shared/data} beside the repository. */
    static Path file(String name) {
        Path file = directory().resolve(name);
        assumeTrue(
                Files.isRegularFile(file),
                () -> "skipped: no " + file + "; set CRIA_TEST_DATA to the data's directory");
        return file;
    }

    private static Path directory() {
        return Optional.ofNullable(System.getenv("CRIA_TEST_DATA"))
                .map(Path::of)
                .orElseGet(() -> repository().resolve("../shared/data").normalize());
    }

    private static Path repository() {
        Path directory = Path.of("").toAbsolutePath();
        while (directory.getParent() != null && !Files.isDirectory(directory.resolve(".mvn"))) {
            directory = directory.getParent();
        }
        return directory;
    }

    /** Runs a script that lies among the test resources with {@code CRIA_PYTHON}, by default {@code python3}. */
    static void runPython(String module, Path workingDirectory, String script, String... arguments)
            throws IOException, InterruptedException {
        String python = Optional.ofNullable(System.getenv("CRIA_PYTHON")).orElse("python3");
        assumeTrue(
                run(workingDirectory, python, "-c", "import " + module) == 0,
                () -> "skipped: " + python + " cannot import " + module + "; set CRIA_PYTHON to one that can");
        List<String> command = new ArrayList<>(List.of(python, resource(script).toString()));
        command.addAll(List.of(arguments));
        if (run(workingDirectory, command.toArray(String[]::new)) != 0) {
            throw new AssertionError(command + " failed:\n" + Files.readString(workingDirectory.resolve("python.log")));
        }
    }

    private static int run(Path workingDirectory, String... command) throws IOException, InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .directory(workingDirectory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(workingDirectory.resolve("python.log").toFile())
                    .start();
            return process.waitFor(5, TimeUnit.MINUTES) ? process.exitValue() : -1;
        } catch (IOException e) {
            return -1;
        }
    }

    static Path resource(String name) {
        return Path.of("src/test/resources/dev/cria/tokenizer").resolve(name).toAbsolutePath();
    }
}
