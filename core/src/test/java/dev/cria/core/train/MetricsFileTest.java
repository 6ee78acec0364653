package dev.cria.core.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsFileTest {
    @TempDir
    private Path run;

    @Test
    void aRewindDropsTheLinesOfStepsThatAreDoneAgain() {
        try (MetricsFile metrics = started(1, 2, 3)) {
            metrics.onRewind(3, 1);
            metrics.onStep(report(2));
        }
        assertThat(steps()).containsExactly(1L, 2L);
    }

    @Test
    void aRewindOnAFullDiskCostsLinesAndNotTheRun() throws IOException {
        Path obstacle = run.resolve("." + MetricsFile.NAME + ".partial"); // what the file is written to first
        try (MetricsFile metrics = started(1, 2, 3, 4)) {
            Files.createDirectories(obstacle.resolve("in the way"));
            metrics.onRewind(4, 1);
            metrics.onStep(report(2));
            assertThat(steps()).containsExactly(1L, 2L, 3L, 4L);

            Files.delete(obstacle.resolve("in the way"));
            Files.delete(obstacle);
            metrics.onStep(report(3));
        }
        assertThat(steps()).containsExactly(1L, 3L);
    }

    @Test
    void aRunThatHasNotStartedHasNoLines() {
        try (MetricsFile metrics = new MetricsFile(run)) {
            assertThatThrownBy(() -> metrics.onStep(report(1))).hasMessage("the run has not started");
        }
    }

    private MetricsFile started(long... steps) {
        MetricsFile metrics = new MetricsFile(run);
        metrics.onStart(0, 10);
        for (long step : steps) {
            metrics.onStep(report(step));
        }
        return metrics;
    }

    private List<Long> steps() {
        return MetricsFile.read(run).stream()
                .map(line -> line.path("step").asLong())
                .toList();
    }

    private static StepReport report(long step) {
        return new StepReport(
                step, 10, 1, Map.of(), OptionalDouble.empty(), 1e-3, 1, 64, 64, 0, step, StepHealth.GOOD, 0);
    }
}
