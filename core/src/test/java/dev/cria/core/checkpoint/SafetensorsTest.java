package dev.cria.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cria.core.io.InvalidFileException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
    @TempDir
    Path directory;

    @Test
    void readsTheReferenceImplementationsFile() throws IOException {
        try (Safetensors file = Safetensors.open(golden())) {
            assertThat(file.metadata()).isEqualTo(Map.of("format", "pt"));
            assertThat(file.tensor("weight").shape()).containsExactly(2L, 3L);
            assertThat(file.read("weight")).containsExactly(-0.25f, -0.125f, 0f, 0.125f, 0.25f, 0.375f);
            assertThat(file.tensor("scalar").shape()).isEmpty();
            assertThat(file.read("scalar")).containsExactly(3.5f);
            assertThat(file.read("empty")).isEmpty();
            assertThat(file.read("half")).containsExactly(1f, -2.5f, 65504f, 0x1p-24f, 0.099975586f);
            assertThat(file.read("brain")).containsExactly(1f, -2.5f, 0x1.c4p127f, 0x1p-133f, 0.100097656f);
            assertThat(file.read("θ \"quoted\"")).containsExactly(0.5f, -0.5f);
        }
    }

    @Test
    void writesTheReferenceImplementationsBytesWhateverTheOrder() throws IOException {
        List<NamedTensor> tensors = new ArrayList<>(List.of(
                NamedTensor.of("half", DType.F16, new float[] {1f, -2.5f, 65504f, 6e-8f, 0.1f}, 5),
                NamedTensor.of("brain", DType.BF16, new float[] {1f, -2.5f, 3e38f, 1e-40f, 0.1f}, 5),
                NamedTensor.of("θ \"quoted\"", DType.F32, new float[] {0.5f, -0.5f}, 2),
                NamedTensor.of("weight", DType.F32, new float[] {-0.25f, -0.125f, 0, 0.125f, 0.25f, 0.375f}, 2, 3),
                NamedTensor.of("scalar", DType.F32, new float[] {3.5f}),
                NamedTensor.of("empty", DType.F32, new float[0], 0, 4)));
        Path file = directory.resolve("model.safetensors");
        SafetensorsWriter.write(file, tensors);
        assertThat(file).hasSameBinaryContentAs(golden());
    }

    @Test
    void readsDoubles() throws IOException {
        Path file = RawSafetensors.write(
                directory.resolve("d.safetensors"),
                "{\"d\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,16]}}",
                16);
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putDouble(bytes.length - 8, 0.1);
        Files.write(file, bytes);
        try (Safetensors opened = Safetensors.open(file)) {
            assertThat(opened.read("d")).containsExactly(0f, 0.1f);
        }
    }

    @Test
    void streamsTensorsLongerThanAChunk() {
        int length = 3 * Safetensors.CHUNK + 17;
        FloatSource counting = (chunk, count, at) -> {
            for (int i = 0; i < count; i++) {
                chunk[i] = at + i;
            }
        };
        SafetensorsWriter.write(
                directory.resolve("model.safetensors"),
                List.of(NamedTensor.of("count", DType.F32, new long[] {length}, counting)));
        List<Long> starts = new ArrayList<>();
        try (Safetensors file = Safetensors.open(directory)) {
            file.read("count", (chunk, count, at) -> {
                starts.add(at);
                assertThat(chunk[count - 1]).isEqualTo((float) (at + count - 1));
            });
        }
        assertThat(starts).hasSize(4).startsWith(0L, (long) Safetensors.CHUNK);
    }

    @Test
    void readsBeyondTwoGigabytes() throws IOException {
        long elements = (1L << 31) / 4 + 1000;
        String header = "{\"big\":{\"dtype\":\"BF16\",\"shape\":[%d],\"data_offsets\":[0,%d]},"
                        .formatted(2 * elements, 4 * elements)
                + "\"last\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[%d,%d]}}"
                        .formatted(4 * elements, 4 * elements + 4);
        Path file = RawSafetensors.write(directory.resolve("big.safetensors"), header, 0);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer one =
                    ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, 7f);
            channel.write(one, channel.size() + 4 * elements); // sparse: the disk holds only its end
        }
        try (Safetensors opened = Safetensors.open(file)) {
            assertThat(opened.read("last")).containsExactly(7f);
            assertThat(opened.tensor("big").bytes()).isGreaterThan(Integer.MAX_VALUE);
        }
    }

    @Test
    void splitsIntoShardsWithAnIndex() throws IOException {
        List<NamedTensor> tensors = List.of(
                NamedTensor.of("a", DType.F32, new float[] {1, 2}, 2),
                NamedTensor.of("b", DType.F32, new float[] {3, 4, 5, 6, 7, 8}, 6),
                NamedTensor.of("c", DType.F32, new float[] {9}, 1));
        SafetensorsWriter.write(directory, "model", tensors, 12);
        assertThat(directory.toFile().list())
                .containsExactlyInAnyOrder(
                        "model-00001-of-00003.safetensors",
                        "model-00002-of-00003.safetensors",
                        "model-00003-of-00003.safetensors",
                        "model.safetensors.index.json");
        assertThat(Files.readString(directory.resolve("model.safetensors.index.json")))
                .contains("\"total_size\" : 36", "\"b\" : \"model-00002-of-00003.safetensors\"");
        try (Safetensors opened = Safetensors.open(directory)) {
            assertThat(opened.tensors()).containsOnlyKeys("a", "b", "c");
            assertThat(opened.read("b")).containsExactly(3, 4, 5, 6, 7, 8);
            assertThat(opened.read("c")).containsExactly(9);
        }
    }

    @Test
    void refusesTwoTensorsOfOneName() {
        NamedTensor tensor = NamedTensor.of("a", DType.F32, new float[1], 1);
        assertThatThrownBy(() -> SafetensorsWriter.write(directory.resolve("x"), List.of(tensor, tensor)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("two tensors are named \"a\"");
    }

    @Test
    void namesAMissingTensor() throws IOException {
        try (Safetensors file = Safetensors.open(golden())) {
            assertThatThrownBy(() -> file.read("lm_head.weight"))
                    .isInstanceOf(InvalidFileException.class)
                    .hasMessageContaining("golden.safetensors: tensor \"lm_head.weight\" is missing");
        }
    }

    @Test
    void refusesToReadIntegersAsFloats() throws IOException {
        Path file = RawSafetensors.write(
                directory.resolve("i.safetensors"),
                "{\"ids\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]}}",
                8);
        try (Safetensors opened = Safetensors.open(file)) {
            assertThatThrownBy(() -> opened.read("ids"))
                    .hasMessageContaining("tensor \"ids\": floats cannot be read from I64");
        }
    }

    @Test
    void saysWhatADirectoryLacks() {
        assertThatThrownBy(() -> Safetensors.open(directory))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("it holds neither model.safetensors nor model.safetensors.index.json");
    }

    private Path golden() throws IOException {
        try (InputStream in = Objects.requireNonNull(SafetensorsTest.class.getResourceAsStream("golden.safetensors"))) {
            return Files.write(directory.resolve("golden.safetensors"), in.readAllBytes());
        }
    }

    @Test
    void acceptsAHeaderPaddedWithSpaces() throws IOException {
        Path file = RawSafetensors.write(directory.resolve("p.safetensors"), "{}      ", 0);
        try (Safetensors opened = Safetensors.open(file)) {
            assertThat(opened.tensors()).isEmpty();
        }
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).endsWith("{}      ");
    }
}
