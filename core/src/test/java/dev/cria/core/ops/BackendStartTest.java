package dev.cria.core.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class BackendStartTest {
    /** What a user runs who forgot the backend. */
    static final class Program {
        private Program() {}

        public static void main(String[] args) {
            try {
                Backend.require();
                System.out.println("started");
            } catch (IllegalStateException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    @Test
    void aClassPathWithoutABackendIsExplainedInOneLine() throws Exception {
        assertThat(output("nd4j-native")).contains("ND4J cannot start").contains("cria-cpu");
    }

    @Test
    void aClassPathWithoutTheNativeJarsIsExplainedInOneLine() throws Exception {
        assertThat(output("linux-x86_64", "macosx", "windows"))
                .contains("ND4J cannot start")
                .contains("cria-cpu");
    }

    /** Runs the program on this test's class path less the jars whose names contain one of the words. */
    private static String output(String... without) throws Exception {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> Arrays.stream(without).noneMatch(entry::contains))
                .collect(Collectors.joining(File.pathSeparator));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        classPath,
                        Program.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        return out.lines()
                .filter(line -> line.startsWith("ND4J") || line.equals("started"))
                .collect(Collectors.joining("\n"));
    }
}
