package dev.cria.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.cria.cli.Checkout.Result;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A user's project, {@code docs/consumer}, builds and runs with nothing but Cria's artifacts and its BOM. */
@Tag("recipe")
class ConsumerProjectTest {
    @TempDir
    private Path directory;

    @Test
    void buildsAndRunsAgainstTheInstalledArtifacts() throws Exception {
        Checkout.assumeInstalled("mvn");
        assumeThat(File.separatorChar).as("symbolic links").isEqualTo('/');
        Path repository = Files.createDirectory(directory.resolve("repository"));
        overlay(Checkout.localRepository(), repository);
        Path project = Checkout.copyTo(directory.resolve("cria")).root();
        Path consumer = project.resolve("docs/consumer");

        assertSucceeds(maven(project, repository, "-Pquick", "-pl", "bom,cpu,rlhf", "-am", "install"));
        assertSucceeds(maven(consumer, repository, "--offline", "package"));

        assertThat(output(consumer, "org.example.Consumer"))
                .containsPattern("step 0: loss 5\\.[0-9]")
                .containsPattern("step 49: loss 0\\.0");
        assertThat(output(consumer, "org.example.OwnLoss"))
                .contains("step 0: loss 0.693, accuracy 0.00")
                .containsPattern("step 39: loss 0\\.0.*accuracy 1.00");
        assertThat(output(consumer, "org.example.OwnReward"))
                .containsPattern("iteration 1: reward 0\\.[01]")
                .containsPattern("iteration 30: reward (0\\.9|1\\.0)");
    }

    private static String output(Path consumer, String mainClass) throws IOException, InterruptedException {
        Result result = Checkout.run(
                consumer,
                Map.of("OMP_NUM_THREADS", "1"),
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        "target/consumer-1.jar:target/lib/*",
                        mainClass));
        assertSucceeds(result);
        return result.out();
    }

    private static Result maven(Path directory, Path repository, String... arguments)
            throws IOException, InterruptedException {
        Stream<String> command = Stream.of("mvn", "-B", "-q", "-ntp", "-Dmaven.repo.local=" + repository);
        return Checkout.run(
                directory,
                Map.of(),
                Stream.concat(command, Stream.of(arguments)).toList());
    }

    private static void assertSucceeds(Result result) {
        assertThat(result.exitCode()).as(result.out() + result.err()).isZero();
    }

    /** Makes {@code overlay} show all of {@code repository} but our own artifacts, so that installing there leaves it alone. */
    private static void overlay(Path repository, Path overlay) throws IOException {
        link(repository, overlay, "dev");
        link(repository.resolve("dev"), Files.createDirectory(overlay.resolve("dev")), "cria");
    }

    /** Takes the links out again: JUnit warns of each one that it meets in a temporary directory. */
    @AfterEach
    void removeLinks() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path link : files.filter(Files::isSymbolicLink).toList()) {
                Files.delete(link);
            }
        }
    }

    private static void link(Path from, Path to, String except) throws IOException {
        if (Files.isDirectory(from)) {
            try (Stream<Path> entries = Files.list(from)) {
                for (Path entry : entries.toList()) {
                    if (!entry.endsWith(except)) {
                        Files.createSymbolicLink(to.resolve(entry.getFileName()), entry);
                    }
                }
            }
        }
    }
}
