package dev.cria.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cria.core.train.Distribution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TensorBoard's own reader finds in an event file what was written. */
class EventFileTest {
    private static final String PYTHON =
            Optional.ofNullable(System.getenv("CRIA_PYTHON")).orElse("python3");

    @TempDir
    private Path directory;

    @Test
    void tensorBoardReadsTheScalars() throws Exception {
        try (EventFile file = EventFile.create(directory, 1_700_000_000_000L)) {
            file.scalars(1_700_000_000_500L, 1, Map.of("loss/train", 5.5));
            file.scalars(1_700_000_001_000L, 2, Map.of("loss/train", 4.25, "speed/tokens_per_second", 12345.0));
            file.scalars(1_700_000_001_500L, 300, Map.of("loss/train", 99.0));
            file.restart(1_700_000_002_000L, 3);
            file.scalars(1_700_000_002_500L, 3, Map.of("loss/train", 4.0));
        }

        assertThat(read())
                .containsExactly(
                        "loss/train 1 5.5", "loss/train 2 4.25", "loss/train 3 4", "speed/tokens_per_second 2 12345");
    }

    @Test
    void tensorBoardReadsTheHistograms() throws Exception {
        long[] bins = new long[Distribution.BINS];
        bins[0] = 7;
        bins[Distribution.BINS - 1] = 3;
        try (EventFile file = EventFile.create(directory, 1_700_000_000_000L)) {
            file.histograms(
                    1_700_000_000_500L, 4, Map.of("weights/a", new Distribution(10, -1.5, 3, 2.5, 8.25, 6.5, bins)));
        }

        // minimum, maximum, count, sum, sum of squares; then the right edge and count of each interval with values
        assertThat(read()).containsExactly("weights/a 4 -1.5 3 10 2.5 8.25 -1.35:7 3:3");
    }

    private List<String> read() throws IOException, InterruptedException {
        Path log = directory.resolve("out.txt");
        boolean there = run(log, PYTHON, "-c", "import tensorboard") == 0;
        assumeTrue(there, "skipped: " + PYTHON + " has no tensorboard; set CRIA_PYTHON to one that has");
        Path script = Path.of("src/test/resources/dev/cria/cli/read_events.py").toAbsolutePath();
        assertThat(run(log, PYTHON, script.toString(), directory.toString()))
                .as(Files.readString(log))
                .isZero();
        return Files.readAllLines(log);
    }

    private static int run(Path log, String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                    .redirectOutput(log.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            return -1;
        }
    }
}
