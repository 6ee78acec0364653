package dev.cria.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointAverageTest {
    @TempDir
    private Path directory;

    @Test
    void weighsModelsAndKeepsTheFirstOnesCompanions() throws IOException {
        Path a = model("a", 1, 2, 3, 4);
        Path b = model("b", 5, 2, -1, 0);
        Path output = directory.resolve("out");

        CheckpointAverage.write(List.of(a, b), new double[] {3, 1}, output);

        try (Safetensors file = Safetensors.open(output)) {
            assertThat(file.read("w")).containsExactly(2, 2, 2, 3);
        }
        assertThat(output.resolve("config.json")).hasContent("a");
        assertThat(Manifest.verify(output)).isEmpty();
    }

    @Test
    void refusesModelsThatDifferAndWeightsWithoutSense() throws IOException {
        Path a = model("a", 1, 2);
        Path b = model("b", 1, 2, 3);

        assertThatThrownBy(() -> CheckpointAverage.write(List.of(a, b), new double[] {1, 1}, directory.resolve("out")))
                .hasMessageContaining("\"w\" has shape [3]");
        assertThatThrownBy(() -> CheckpointAverage.write(List.of(a), new double[] {0}, directory.resolve("out")))
                .hasMessageContaining("weights");
        assertThat(directory.resolve("out")).doesNotExist();
    }

    private Path model(String name, float... values) throws IOException {
        Path model = Files.createDirectory(directory.resolve(name));
        SafetensorsWriter.write(
                model.resolve("model.safetensors"), List.of(NamedTensor.of("w", DType.F32, values, values.length)));
        Files.writeString(model.resolve("config.json"), name);
        return model;
    }
}
