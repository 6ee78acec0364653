package dev.cria.core.ops.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GpuCheckTest {
    private static final int CUDA_12_4 = 12_040;

    /** A driver that tells what it is told to. */
    private record FakeDriver(int cudaVersion, List<Gpu> gpus) implements GpuDriver {}

    private static Gpu gpu(String name, String capability) {
        int dot = capability.indexOf('.');
        int major = Integer.parseInt(capability.substring(0, dot));
        int minor = Integer.parseInt(capability.substring(dot + 1));
        return new Gpu(name, new ComputeCapability(major, minor), 24L << 30);
    }

    private static String refusal(int cudaVersion, Gpu... gpus) {
        return assertThatExceptionOfType(GpuUnavailableException.class)
                .isThrownBy(() -> GpuCheck.require(new FakeDriver(cudaVersion, List.of(gpus))))
                .actual()
                .getMessage();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"3.7", "5.0", "5.2", "5.3", "6.0", "6.1", "6.2", "7.0", "7.2", "7.5", "8.0", "8.6", "8.7", "8.9"
            })
    void codeOfAGenerationRunsOnItsLaterVersions(String capability) {
        Gpu found = GpuCheck.require(new FakeDriver(CUDA_12_4, List.of(gpu("A GPU", capability))));
        assertThat(found.toString())
                .startsWith("A GPU, compute capability " + capability + ", 24")
                .endsWith("576 MiB");
    }

    @ParameterizedTest
    @CsvSource({"2.0", "3.0", "3.5", "9.0", "10.0", "12.0"})
    void otherGenerationsAreRefusedByName(String capability) {
        assertThat(refusal(CUDA_12_4, gpu("A GPU", capability)))
                .hasLineCount(1)
                .contains("A GPU has compute capability " + capability)
                .contains("supported are 3.7, 5.0, 5.2, 6.0, 6.1, 7.0, 7.5, 8.0, 8.6", "8.9 at most")
                .contains("compute on the CPU");
    }

    @Test
    void anotherGpuThatWouldDoIsNamed() {
        assertThat(refusal(CUDA_12_4, gpu("New", "9.0"), gpu("Old", "8.6"))).contains("CUDA_VISIBLE_DEVICES: 1 (Old)");
    }

    @Test
    void aDriverFromBeforeCuda11IsRefused() {
        assertThat(refusal(10_020, gpu("A GPU", "7.5")))
                .hasLineCount(1)
                .contains("too old", "CUDA up to 10.2", "450.80.02");
    }

    @Test
    void aMachineWithoutGpusIsRefused() {
        assertThat(refusal(CUDA_12_4)).hasLineCount(1).contains("finds no GPU", "CUDA_VISIBLE_DEVICES");
    }
}
