package dev.cria.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cria.core.Python;
import dev.cria.core.data.TokenShardWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files pass between Java and the reference implementations of their formats without a changed bit. */
class CheckpointPythonTest {
    private static final String SCRIPT = "dev/cria/core/checkpoint/cross_check.py";
    private static final String MODULES = "numpy, torch, safetensors";
    private static final int ROWS = 70;
    private static final int COLUMNS = 1001;

    @TempDir
    Path directory;

    @Test
    void theirFilesLoadHere() throws IOException {
        Python.run(MODULES, SCRIPT, directory.resolve("python.log"), "write", directory.toString());
        try (Safetensors file = Safetensors.open(directory.resolve("theirs.safetensors"))) {
            assertThat(file.metadata()).containsEntry("by", "python");
            for (String name : List.of("F64", "F32", "F16", "BF16")) {
                DType dtype = file.tensor(name).dtype();
                assertThat(dtype.name()).isEqualTo(name);
                assertThat(file.tensor(name).sizes()).containsExactly(ROWS, COLUMNS);
                float[] values = file.read(name);
                for (int i = 0; i < values.length; i++) {
                    assertThat(values[i]).isEqualTo(rounded(value(i), dtype));
                }
            }
        }
    }

    @Test
    void ourFilesLoadThere() throws IOException {
        List<NamedTensor> tensors = List.of(DType.F32, DType.BF16, DType.F16).stream()
                .map(dtype -> NamedTensor.of(dtype.name(), dtype, new long[] {ROWS, COLUMNS}, (chunk, length, at) -> {
                    for (int i = 0; i < length; i++) {
                        chunk[i] = value(at + i);
                    }
                }))
                .toList();
        SafetensorsWriter.write(directory, "model", tensors, 300_000);
        try (TokenShardWriter writer = TokenShardWriter.create(directory.resolve("shards"), "f", 50_000, 100)) {
            writer.append(IntStream.range(0, 40).map(i -> i * 200).toArray(), 0, 40);
            writer.endDocument();
            writer.append(IntStream.range(40, 250).map(i -> i * 200).toArray(), 0, 210);
            writer.publish();
        }
        Python.run(MODULES, SCRIPT, directory.resolve("python.log"), "read", directory.toString());
    }

    private static float value(long i) {
        return (i % 17 - 8) * 0.37f;
    }

    private static float rounded(float value, DType dtype) {
        return switch (dtype) {
            case F16 -> Half.fromFloat16(Half.toFloat16(value));
            case BF16 -> Half.fromBfloat16(Half.toBfloat16(value));
            default -> value;
        };
    }
}
