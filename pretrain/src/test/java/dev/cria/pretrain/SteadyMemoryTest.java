package dev.cria.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cria.core.Engine;
import dev.cria.core.config.ConfigLoader;
import dev.cria.core.random.CounterRandom;
import dev.cria.core.train.RunDirectory;
import dev.cria.core.train.StepReport;
import dev.cria.core.train.TrainingListener;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory does not grow while a run trains on ragged batches. Measured in a process of its own, whose heap is all touched. */
@Tag("nightly")
class SteadyMemoryTest {
    private static final Path STATUS = Path.of("/proc/self/status");

    @TempDir
    private Path directory;

    @Test
    void residentMemoryAndLiveHeapAreFlatFromStep200To5000() throws Exception {
        assumeTrue(Files.exists(STATUS), "skipped: this system does not tell a process its resident memory");
        Path log = directory.resolve("log.txt");
        ProcessBuilder child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms128m",
                        "-Xmx128m",
                        "-XX:+AlwaysPreTouch",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        directory.resolve("run").toString())
                .redirectOutput(log.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        child.environment().put("OMP_WAIT_POLICY", "PASSIVE");

        assertThat(child.start().waitFor()).isZero();

        List<long[]> measured = Files.readAllLines(log).stream()
                .filter(line -> line.startsWith("memory "))
                .map(line -> line.split(" ", -1))
                .map(words -> new long[] {Long.parseLong(words[1]), Long.parseLong(words[2])})
                .toList();
        assertThat(measured).hasSize(6);
        long[] early = measured.get(0);
        long[] late = measured.get(5);
        assertThat(late[0] / (double) early[0]).as("growth of resident memory").isLessThan(1.02);
        assertThat(late[1] / (double) early[1]).as("growth of the live heap").isLessThan(1.02);
    }

    /**
     * Trains and prints resident kB and live heap bytes at step 200 and at each thousandth. Its JVM has only the compiler that is done
     * early: the other's code and working memory, some 7 MB, grow for a thousand steps and are no run's memory.
     */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) {
            PrintStream out =
                    new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.US_ASCII);
            try (Engine engine = Engine.create()) {
                train(engine, Path.of(arguments[0]), new TrainingListener() {
                    @Override
                    public void onStep(StepReport report) {
                        if (report.step() == 200 || report.step() % 1000 == 0) {
                            out.println(measure());
                        }
                    }
                });
            }
        }

        private static void train(Engine engine, Path directory, TrainingListener listener) {
            PretrainConfig config = ConfigLoader.of(PretrainConfig.class)
                    .set(List.of(
                            "model.hiddenSize=32",
                            "model.intermediateSize=64",
                            "model.numHiddenLayers=2",
                            "model.numKeyValueHeads=2",
                            "data.contextLength=48",
                            "data.batchSize=4",
                            "data.packing=best_fit",
                            "training.steps=5000",
                            "checkpoint.everySteps=100",
                            "evaluation.everySteps=100"))
                    .load();
            try (RunDirectory run = RunDirectory.open(directory, true);
                    Pretraining pretraining =
                            Pretraining.open(engine, config, Child::documents, run, List.of(listener))) {
                pretraining.run();
            }
        }

        /** Documents of 1 to 70 characters. */
        private static void documents(Consumer<byte[]> consumer) {
            CounterRandom random = CounterRandom.of(7, "lengths", 0);
            for (int i = 0; i < 500; i++) {
                consumer.accept("x".repeat((int) random.below(i, 70) + 1).getBytes(StandardCharsets.US_ASCII));
            }
        }

        /** Gives the system back what the compilers have freed and malloc keeps: some MB that come and go. */
        private static void returnFreedMemory() {
            try {
                ManagementFactory.getPlatformMBeanServer()
                        .invoke(
                                new ObjectName("com.sun.management:type=DiagnosticCommand"),
                                "systemTrimNativeHeap",
                                new Object[0],
                                new String[0]);
            } catch (JMException e) {
                throw new IllegalStateException("this JVM has no System.trim_native_heap: take 17.0.9 or newer", e);
            }
        }

        private static String measure() {
            for (int i = 0; i < 3; i++) {
                System.gc();
            }
            returnFreedMemory();
            Runtime runtime = Runtime.getRuntime();
            try {
                String resident = Files.readAllLines(STATUS).stream()
                        .filter(line -> line.startsWith("VmRSS"))
                        .map(line -> line.replaceAll("\\D", ""))
                        .collect(Collectors.joining());
                return String.format(
                        Locale.ROOT, "memory %s %d", resident, runtime.totalMemory() - runtime.freeMemory());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
