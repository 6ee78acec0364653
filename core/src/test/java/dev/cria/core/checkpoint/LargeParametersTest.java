package dev.cria.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cria.core.Engine;
import dev.cria.core.autograd.Parameter;
import dev.cria.core.autograd.Parameters;
import dev.cria.core.ops.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model whose weights pass 2^31 elements: 8.6 GB of memory and as much disk. */
@Tag("nightly")
class LargeParametersTest {
    private static final long ROWS = (1L << 21) + 8;
    private static final int COLUMNS = 1024;

    @TempDir
    private Path directory;

    @Test
    void moreThanTwoToThe31ElementsAreWrittenAndReadBack() {
        try (Engine engine = Engine.create();
                Parameters parameters =
                        engine.allocate(List.of(new Parameters.Spec("w", ROWS, COLUMNS)), name -> false)) {
            Parameter weight = parameters.get("w");
            assertThat(parameters.count()).isGreaterThan(1L << 31);
            fill(engine, weight.value());
            Path saved = Checkpoints.of(directory)
                    .save(
                            1,
                            target -> SafetensorsWriter.write(
                                    target,
                                    "model",
                                    List.of(TensorFiles.named(engine.ops(), "w", DType.F32, weight.value())),
                                    SafetensorsWriter.DEFAULT_SHARD_BYTES));
            engine.ops().fill(weight.value(), 0);

            try (Safetensors file = Safetensors.open(saved)) {
                TensorFiles.read(engine.ops(), file, "w", weight.value());
            }

            float[] row = new float[COLUMNS];
            for (long index = 0; index < ROWS; index++) {
                engine.ops().download(row, 0, weight.value().slice(index, index + 1), COLUMNS);
                if (row[0] != value(index) || row[COLUMNS - 1] != value(index)) {
                    assertThat(row).as("row %d", index).containsOnly(value(index));
                }
            }
        }
    }

    private static void fill(Engine engine, Tensor weight) {
        float[] row = new float[COLUMNS];
        for (long index = 0; index < ROWS; index++) {
            Arrays.fill(row, value(index));
            engine.ops().upload(weight.slice(index, index + 1), row, 0, COLUMNS);
        }
    }

    /** Exact in a float for every row. */
    private static float value(long row) {
        return row + 1;
    }
}
