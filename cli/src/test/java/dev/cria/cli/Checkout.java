package dev.cria.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A copy of this project's sources in a directory of its own, and the commands that a user runs in it. */
record Checkout(Path root) {
    /** What a command printed, and how it ended. */
    record Result(int exitCode, String out, String err) {}

    /** Copies the sources, as a clone would have them: tests and build directories stay behind. */
    static Checkout copyTo(Path target) throws IOException {
        Path project = Path.of("..").toRealPath(); // surefire runs in the module's directory
        try (Stream<Path> files = Files.walk(project)) {
            for (Path file : files.filter(f -> isSource(project.relativize(f))).toList()) {
                Path copy = target.resolve(project.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
        return new Checkout(target);
    }

    private static boolean isSource(Path file) {
        String path = file.toString().replace(File.separatorChar, '/');
        return path.matches("cria|pom\\.xml|[a-z-]+/pom\\.xml|\\.mvn/[^/]+")
                || path.matches("[a-z-]+/src/main/.*\\.[a-z]+|docs/consumer/(pom\\.xml|src/.*\\.java)");
    }

    /**
     * Runs a command in {@code directory} with this JVM's Java and no input.
     *
     * @param environment added to this process's
     */
    static Result run(Path directory, Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        Path out = Files.createTempFile(directory, "out", ".txt");
        Path err = Files.createTempFile(directory, "err", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectInput(new File("/dev/null"))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            if (!process.waitFor(10, TimeUnit.MINUTES)) {
                throw new IOException(command + " takes more than 10 minutes");
            }
            return new Result(process.exitValue(), Files.readString(out, UTF_8), Files.readString(err, UTF_8));
        } finally {
            process.destroyForcibly();
            Files.delete(out);
            Files.delete(err);
        }
    }

    /** Skips the test where there is no such program on the path. */
    static void assumeInstalled(String program) {
        boolean found = Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
        assumeTrue(found, program + " is not on the PATH: skipped");
    }

    /** The local Maven repository of the build that runs this test. */
    static Path localRepository() {
        return Path.of(System.getProperty(
                "localRepository", System.getProperty("user.home") + File.separator + ".m2/repository"));
    }
}
