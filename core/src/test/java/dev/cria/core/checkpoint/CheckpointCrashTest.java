package dev.cria.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A writer killed at any instant leaves every checkpoint that has its name whole, and the next writer goes on from it. */
class CheckpointCrashTest {
    private static final int FILES = 4;

    @TempDir
    Path run;

    @Test
    @Timeout(120)
    void aKilledWriterLeavesWholeCheckpoints() throws Exception {
        killWriters(5, 3);
    }

    @Test
    @Tag("nightly")
    @Timeout(1800)
    void manyKilledWritersLeaveWholeCheckpoints() throws Exception {
        killWriters(System.nanoTime(), 60);
    }

    private void killWriters(long seed, int count) throws Exception {
        Random random = new Random(seed);
        long newest = 0;
        for (int i = 0; i < count; i++) {
            Process writer = start();
            try (BufferedReader output = writer.inputReader()) {
                assertThat(output.readLine()).as("the writer's first line").isEqualTo("saved");
                Thread.sleep(random.nextInt(100));
                writer.destroyForcibly().waitFor();
            }
            String what = "seed %d, kill %d".formatted(seed, i);
            Path latest = run.resolve("checkpoints/latest");
            assertThat(Manifest.verify(latest)).as(what).isEmpty();
            Checkpoints checkpoints = Checkpoints.of(run);
            for (long step : checkpoints.steps()) {
                assertThat(Manifest.verify(checkpoints.path(step))).as(what).isEmpty();
            }
            long found = checkpoints.steps().get(checkpoints.steps().size() - 1);
            assertThat(found).as(what).isGreaterThan(newest);
            assertThat(checkpoints.newest()).as(what).contains(checkpoints.path(found));
            try (var left = Files.list(run.resolve("checkpoints"))) {
                assertThat(left.filter(path -> path.getFileName().toString().endsWith(".partial")))
                        .as(what)
                        .isEmpty();
            }
            newest = found;
        }
    }

    private Process start() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        run.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Saves checkpoints until it is killed. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) {
            Checkpoints checkpoints = Checkpoints.of(Path.of(arguments[0]));
            List<Long> steps = checkpoints.steps();
            PrintStream out =
                    new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.US_ASCII);
            long step = steps.isEmpty() ? 1 : steps.get(steps.size() - 1) + 1;
            while (true) {
                byte[] contents = new byte[50_000];
                Arrays.fill(contents, (byte) step);
                checkpoints.save(step++, directory -> write(directory, contents));
                checkpoints.keepLast(2);
                out.println("saved");
            }
        }

        private static void write(Path directory, byte[] contents) {
            try {
                Files.createDirectory(directory.resolve("policy"));
                for (int i = 0; i < FILES; i++) {
                    Files.write(directory.resolve("policy/" + i), contents);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
