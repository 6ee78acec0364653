package dev.cria.cli.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cria.cli.bench.TrainBenchmark.Result;
import dev.cria.cli.bench.TrainBenchmark.Workload;
import dev.cria.core.ops.Precision;
import dev.cria.core.ops.TensorOps;
import dev.cria.core.ops.backend.Kernels;
import dev.cria.model.LlamaPresets;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cria bench train}: one JSON line about a training step. */
@Command(name = "train", description = "Times optimizer steps on random tokens and prints one JSON line.")
public final class BenchTrainCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Option(
            names = "--config",
            defaultValue = "S",
            description = "Sizes: XS (1.3M weights, 16x128 tokens), S (15M, 8x256) or M (100M, 2x512). Default: S.")
    private Size size = Size.S;

    @Option(names = "--steps", defaultValue = "6", description = "Steps that are timed. Default: 6.")
    private int steps;

    @Option(names = "--warmup", defaultValue = "-1", description = "Steps before them. Default: by size.")
    private int warmup;

    @Option(names = "--batch-size", defaultValue = "0", description = "Sequences. Default: by size.")
    private int batchSize;

    @Option(names = "--sequence-length", defaultValue = "0", description = "Tokens of each. Default: by size.")
    private int sequenceLength;

    @Option(names = "--precision", defaultValue = "FP32", description = "fp32 or bf16. Default: fp32.")
    private Precision precision = Precision.FP32;

    @Option(
            names = "--clock",
            defaultValue = "WALL",
            description =
                    "wall, or cpu: CPU time of the calling thread, which says something about one thread of work on"
                            + " a busy machine. Default: wall.")
    private Clock clock = Clock.WALL;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    /** For picocli. */
    public BenchTrainCommand() {}

    /** What is measured. */
    enum Clock {
        WALL,
        CPU;

        LongSupplier nanos() {
            return this == WALL ? System::nanoTime : ManagementFactory.getThreadMXBean()::getCurrentThreadCpuTime;
        }
    }

    /** The sizes of the PyTorch baseline, and how many steps until the JIT compiler has settled. */
    enum Size {
        XS(16, 128, 100),
        S(8, 256, 15),
        M(2, 512, 12);

        private final int batchSize;
        private final int sequenceLength;
        private final int warmup;

        Size(int batchSize, int sequenceLength, int warmup) {
            this.batchSize = batchSize;
            this.sequenceLength = sequenceLength;
            this.warmup = warmup;
        }
    }

    @Override
    public Integer call() throws JsonProcessingException {
        if (steps < 1) {
            throw new IllegalArgumentException("--steps must be at least 1, got " + steps);
        }
        Workload workload = new Workload(
                LlamaPresets.named(size.name()),
                batchSize > 0 ? batchSize : size.batchSize,
                sequenceLength > 0 ? sequenceLength : size.sequenceLength);
        try (TensorOps ops = Kernels.create(precision);
                TrainBenchmark benchmark = new TrainBenchmark(ops, workload, clock.nanos())) {
            Result result = benchmark.run(warmup >= 0 ? warmup : size.warmup, steps);
            ObjectNode line = describe(workload, benchmark, result);
            line.put("ops", ops.describe());
            spec.commandLine().getOut().println(JSON.writeValueAsString(line));
            spec.commandLine().getOut().flush();
        }
        return 0;
    }

    private ObjectNode describe(Workload workload, TrainBenchmark benchmark, Result result) {
        int tokens = workload.batchSize() * workload.sequenceLength();
        long peakMemory = ResidentMemory.peakMiB(); // before the large products below add to it
        double peak = benchmark.peakFlops();
        ObjectNode line = JSON.createObjectNode();
        line.put("framework", "cria");
        line.put("config", size.name());
        line.put("mode", precision.name().toLowerCase(Locale.ROOT));
        line.put("compile", false);
        line.put("params", benchmark.parameters());
        line.put("tokens_per_step", tokens);
        line.put("best_s", round(result.best(), 4));
        line.put("median_s", round(result.median(), 4));
        line.put("tokens_per_s", round(tokens / result.median(), 1));
        line.put("peak_rss_mb", peakMemory);
        line.put("model_gflop", round(benchmark.flops() / 1e9, 2));
        line.put("gemm_peak_gflops", round(peak / 1e9, 1));
        line.put("gemm_peak_share", round(benchmark.flops() / result.median() / peak, 3));
        line.put("allocated_kb_per_step", round(result.allocatedBytes() / 1000, 1));
        line.put("last_loss", round(result.lastLoss(), 4));
        addPhases(line.putObject("phases_ms"), result);
        return line;
    }

    private static void addPhases(ObjectNode phases, Result result) {
        for (Map.Entry<PhaseTimer.Phase, Double> phase : result.phases().entrySet()) {
            phases.put(phase.getKey().name().toLowerCase(Locale.ROOT), round(phase.getValue() * 1e3, 2));
        }
    }

    private static double round(double value, int digits) {
        double scale = Math.pow(10, digits);
        return Math.rint(value * scale) / scale;
    }
}
