package dev.cria.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cria.cli.Checkout.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./cria} in a fresh checkout. */
@Tag("recipe")
class LauncherTest {
    private static final Path BUILDS = Path.of(".cria", "build");

    @TempDir
    private static Path directory;

    @BeforeAll
    static void checkOut() throws IOException {
        Checkout.assumeInstalled("bash");
        Checkout.assumeInstalled("mvn");
        Checkout.copyTo(directory);
    }

    @Test
    void buildsOnFirstUseAndAgainOnlyWhenTheSourcesChange() throws Exception {
        Result first = cria(Map.of());
        assertThat(first.err()).hasLineCount(1).startsWith("cria: building");
        assertThat(first.out()).startsWith("cria ");
        assertThat(first.exitCode()).isZero();

        Result second = cria(Map.of());
        assertThat(second.err()).isEmpty();
        assertThat(second.out()).isEqualTo(first.out());
        assertThat(builds()).hasSize(1);

        Files.writeString(directory.resolve("cli/src/main/resources/new.txt"), "a change");
        assertThat(cria(Map.of()).err()).startsWith("cria: building");
        assertThat(builds()).hasSize(2);
    }

    @Test
    void saysInOneLineThatJavaIsNotWhereItShouldBe() throws Exception {
        Result result = cria(Map.of("JAVA_HOME", "/no/such/java"));
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).hasLineCount(1).startsWith("cria: JAVA_HOME is /no/such/java");
    }

    @Test
    void saysInOneLineThatJavaIsTooOld(@TempDir Path javaHome) throws Exception {
        Path java = Files.createDirectories(javaHome.resolve("bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        Files.writeString(javaHome.resolve("release"), "JAVA_VERSION=\"11.0.2\"\n");

        Result result = cria(Map.of("JAVA_HOME", javaHome.toString()));
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).hasLineCount(1).contains("is Java 11", "needs 17");
    }

    @Test
    void saysInOneLineThatMavenIsMissing(@TempDir Path programs, @TempDir Path cache) throws Exception {
        for (String name : List.of(
                "bash",
                "sh",
                "dirname",
                "readlink",
                "find",
                "sort",
                "sha256sum",
                "xargs",
                "tr",
                "cut",
                "sed",
                "uname")) {
            Path program = Stream.of(System.getenv("PATH").split(":", -1))
                    .map(folder -> Path.of(folder, name))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .orElse(null);
            if (program != null) {
                Files.createSymbolicLink(programs.resolve(name), program);
            }
        }

        Result result = cria(Map.of(
                "PATH", programs.toString(), "CRIA_CACHE", cache.resolve("new").toString()));
        try (Stream<Path> links = Files.list(programs)) {
            for (Path link : links.toList()) {
                Files.delete(link); // JUnit warns of each link that it meets in a temporary directory
            }
        }
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).hasLineCount(1).startsWith("cria: no mvn found");
    }

    private static Result cria(Map<String, String> environment) throws IOException, InterruptedException {
        return Checkout.run(
                directory,
                withRepository(environment),
                List.of("bash", directory.resolve("cria").toString(), "--version"));
    }

    private static Map<String, String> withRepository(Map<String, String> environment) {
        Map<String, String> all = new HashMap<>(environment);
        all.put("MAVEN_OPTS", "-Dmaven.repo.local=" + Checkout.localRepository());
        return all;
    }

    private static List<Path> builds() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve(BUILDS))) {
            return files.toList();
        }
    }
}
