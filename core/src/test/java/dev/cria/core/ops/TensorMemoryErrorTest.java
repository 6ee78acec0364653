package dev.cria.core.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

class TensorMemoryErrorTest {
    @Test
    void aSlabThatDoesNotFitNamesItsSizeTheDeviceAndTheSettings() {
        assertThatExceptionOfType(TensorMemoryError.class)
                .isThrownBy(() -> Slab.allocate(DataType.FLOAT, 1L << 48).close())
                .withMessageContaining("cannot allocate %,d MiB".formatted(1 << 30))
                .withMessageContaining("on the CPU")
                .withMessageContaining("data.batchSize");
    }

    @Test
    void aFailedAllocationIsFoundAmongCauses() {
        Throwable thrown =
                new IllegalStateException("op failed", new RuntimeException("[DEVICE] allocation failed; 2"));
        assertThat(TensorMemoryError.in(thrown))
                .hasValueSatisfying(error -> assertThat(error)
                        .hasMessageContaining("[DEVICE] allocation failed")
                        .hasMessageContaining("data.contextLength"));
        assertThat(TensorMemoryError.in(new IllegalStateException("something else")))
                .isEmpty();
    }
}
