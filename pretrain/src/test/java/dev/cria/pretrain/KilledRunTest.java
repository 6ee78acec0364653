package dev.cria.pretrain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.checkpoint.Manifest;
import dev.cria.core.config.ConfigLoader;
import dev.cria.core.random.CounterRandom;
import dev.cria.core.train.MetricsFile;
import dev.cria.core.train.RunDirectory;
import dev.cria.core.train.StepReport;
import dev.cria.core.train.TrainingListener;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run killed at any instant and resumed ends with the bytes of an undisturbed one. Each child trains the same run; the
 * parent sends SIGKILL, half of the times while a checkpoint is being written, and starts another child.
 */
@Tag("recipe")
class KilledRunTest {
    private static final int STEPS = 60;
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @TempDir
    private Path directory;

    @Test
    @Timeout(600)
    void aKilledRunResumesToTheSameBytes() throws Exception {
        killRuns(11, 3);
    }

    @Test
    @Tag("nightly")
    @Timeout(3600)
    void twentyKilledRunsResumeToTheSameBytes() throws Exception {
        killRuns(System.nanoTime(), 20);
    }

    private void killRuns(long seed, int kills) throws Exception {
        Path whole = directory.resolve("whole");
        assertThat(start(whole).waitFor()).isZero();
        byte[] expected = weights(whole);
        List<String> steps = steps(whole);
        int duringWrite = 0;
        for (int kill = 0; kill < kills; kill++) {
            String what = "seed %d, kill %d".formatted(seed, kill);
            Path run = directory.resolve("killed-" + kill);
            boolean aimed = kill % 2 == 0;
            boolean inWrite = kill(run, CounterRandom.of(seed, "kill", kill), aimed);
            duringWrite += inWrite ? 1 : 0;
            requireNoHalfCheckpoint(run, what);
            assertThat(start(run).waitFor()).as(what).isZero();
            assertThat(weights(run)).as(what).isEqualTo(expected);
            assertThat(steps(run)).as(what).isEqualTo(steps);
            assertThat(weights(run.resolve("checkpoints/latest/average")))
                    .as(what)
                    .isEqualTo(weights(whole.resolve("checkpoints/latest/average")));
        }
        assertThat(duringWrite)
                .as("kills inside a checkpoint write, seed " + seed)
                .isPositive();
    }

    /** Kills a run at a random moment; an aimed kill waits for a checkpoint that is half written. */
    private static boolean kill(Path run, CounterRandom random, boolean aimed) throws Exception {
        Process child = start(run);
        long atStep = random.below(0, STEPS - 5);
        try (var output = child.inputReader(StandardCharsets.US_ASCII)) {
            String line = output.readLine();
            while (line != null && !line.equals("step " + (atStep + 1))) {
                line = output.readLine();
            }
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            if (aimed) {
                while (!isWriting(run) && child.isAlive() && System.nanoTime() < deadline) {
                    Thread.onSpinWait();
                }
            }
            Thread.sleep(0, (int) random.below(1, 1_000_000));
            child.destroyForcibly().waitFor();
        }
        return isWriting(run);
    }

    private static boolean isWriting(Path run) throws IOException {
        Path folder = run.resolve(Checkpoints.FOLDER);
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.anyMatch(entry -> String.valueOf(entry.getFileName()).endsWith(".partial"));
        }
    }

    private static void requireNoHalfCheckpoint(Path run, String what) throws IOException {
        try (Stream<Path> entries = Files.exists(run.resolve(Checkpoints.FOLDER))
                ? Files.list(run.resolve(Checkpoints.FOLDER))
                : Stream.empty()) {
            for (Path entry : entries.toList()) {
                if (String.valueOf(entry.getFileName()).startsWith("step-")) {
                    assertThat(Manifest.verify(entry)).as(what).isEmpty();
                }
            }
        }
    }

    private static byte[] weights(Path run) throws IOException {
        return Files.readAllBytes(Checkpoints.resolve(run).resolve("model.safetensors"));
    }

    /** Step, loss and learning rate of each line of the metrics. */
    private static List<String> steps(Path run) throws IOException {
        return Files.readAllLines(run.resolve(MetricsFile.NAME)).stream()
                .map(line -> line.replaceFirst(",\"tokens_per_s.*", ""))
                .toList();
    }

    private static Process start(Path run) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "--add-modules",
                "jdk.incubator.vector",
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName(),
                run.toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("OMP_WAIT_POLICY", "PASSIVE");
        return builder.start();
    }

    /** Trains the run, from its newest checkpoint if it has one. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) {
            PretrainConfig config = ConfigLoader.of(PretrainConfig.class)
                    .set(List.of(
                            "model.hiddenSize=32",
                            "model.intermediateSize=64",
                            "model.numHiddenLayers=2",
                            "model.numKeyValueHeads=2",
                            "data.contextLength=16",
                            "data.batchSize=4",
                            "training.steps=" + STEPS,
                            "training.averageDecay=0.9",
                            "optimizer.learningRate=1e-2",
                            "optimizer.warmupSteps=5",
                            "checkpoint.everySteps=3",
                            "checkpoint.keepBest=true",
                            "evaluation.everySteps=10"))
                    .load();
            Corpus corpus = consumer ->
                    consumer.accept("humpty dumpty sat on a wall. ".repeat(60).getBytes(StandardCharsets.UTF_8));
            PrintStream out =
                    new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.US_ASCII);
            TrainingListener steps = new TrainingListener() {
                @Override
                public void onStep(StepReport report) {
                    out.println("step " + report.step());
                }
            };
            try (Engine engine = Engine.create();
                    RunDirectory run = RunDirectory.open(Path.of(arguments[0]), true);
                    Pretraining pretraining = Pretraining.open(engine, config, corpus, run, List.of(steps))) {
                pretraining.run();
            }
        }
    }
}
