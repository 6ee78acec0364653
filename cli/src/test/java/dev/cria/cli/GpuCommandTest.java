package dev.cria.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cria.cli.Checkout.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the command line says of drivers and GPUs, asked of a library that pretends to be NVIDIA's. */
class GpuCommandTest {
    @TempDir
    private static Path directory;

    @BeforeAll
    static void compileDriver() throws IOException, InterruptedException {
        Checkout.assumeInstalled("cc");
        String source = Path.of("src/test/resources/gpu/fake_libcuda.c")
                .toAbsolutePath()
                .toString();
        Result compiled = Checkout.run(
                directory, Map.of(), List.of("cc", "-shared", "-fPIC", "-o", directory + "/libcuda.so.1", source));
        assertThat(compiled.exitCode()).as(compiled.err()).isZero();
    }

    @Test
    void namesAGpuThatWillDo() throws Exception {
        Result result = cria(Map.of("FAKE_CUDA", "12040", "FAKE_CAPABILITY", "86"), "gpu");
        assertThat(result.out().strip()).isEqualTo("Fake GPU, compute capability 8.6, 24,576 MiB");
        assertThat(result.exitCode()).isZero();
    }

    @Test
    void refusesAGpuThatItHasNoCodeFor() throws Exception {
        Result result = cria(Map.of("FAKE_CUDA", "12040", "FAKE_CAPABILITY", "90"), "gpu");
        assertThat(result.err())
                .hasLineCount(1)
                .startsWith("cria: Fake GPU has compute capability 9.0")
                .contains("supported are 3.7");
        assertThat(result.exitCode()).isEqualTo(2);
    }

    @Test
    void refusesAnOldDriver() throws Exception {
        Result result = cria(Map.of("FAKE_CUDA", "10020", "FAKE_CAPABILITY", "75"), "gpu");
        assertThat(result.err()).hasLineCount(1).startsWith("cria: the NVIDIA driver is too old");
        assertThat(result.exitCode()).isEqualTo(2);
    }

    @Test
    void saysThatADriverDoesNotStart() throws Exception {
        Result result = cria(Map.of("FAKE_INIT", "803"), "gpu");
        assertThat(result.err()).hasLineCount(1).contains("cuInit returned 803");
        assertThat(result.exitCode()).isEqualTo(2);
    }

    @Test
    void refusesABackendThatTheClassPathDoesNotBring() throws Exception {
        Result result = cria(Map.of(), "pretrain", "--backend", "cuda", "--config", "no-such-file.yaml");
        assertThat(result.err()).hasLineCount(1).contains("CUDA backend is not on the class path", "docs/gpu.md");
        assertThat(result.exitCode()).isEqualTo(2);
    }

    @Test
    void refusesTwoBackends(@TempDir Path second) throws Exception {
        Path marker = second.resolve("org/nd4j/linalg/jcublas/JCublasBackend.class");
        Files.createDirectories(marker.getParent());
        Files.createFile(marker);
        Result result = cria(Map.of("EXTRA", second.toString()), "pretrain", "--backend", "cpu");
        assertThat(result.err()).hasLineCount(1).contains("two ND4J backends are on the class path");
        assertThat(result.exitCode()).isEqualTo(2);
    }

    private static Result cria(Map<String, String> environment, String... arguments) throws Exception {
        Map<String, String> all = new HashMap<>(environment);
        all.put("LD_LIBRARY_PATH", directory.toString());
        String classPath = System.getProperty("java.class.path");
        String extra = environment.get("EXTRA");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                extra == null ? classPath : classPath + ":" + extra,
                Cria.class.getName()));
        command.addAll(List.of(arguments));
        return Checkout.run(directory, all, command);
    }
}
