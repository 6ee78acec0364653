package dev.cria.cli.bench;

import dev.cria.core.Engine;
import dev.cria.core.ops.Precision;
import dev.cria.model.LlamaPresets;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.DoubleSupplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cria bench decode}: the speed of decoding, as one line of JSON. */
@Command(
        name = "decode",
        description = "Measures decoding of one and of many sequences, and prefill, on random weights.")
public final class BenchDecodeCommand implements Callable<Integer> {
    private static final int PASSES_PER_ROUND =
            8; // through a prompt: many, since the compiler is at work on them for long

    @Option(
            names = "--config",
            defaultValue = "S",
            description = "A preset's name, such as XS, S or M (${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String config;

    @Option(names = "--tokens", defaultValue = "200", description = "Tokens of each sequence (${DEFAULT-VALUE}).")
    private int tokens;

    @Option(names = "--sequences", defaultValue = "32", description = "Sequences decoded at once (${DEFAULT-VALUE}).")
    private int sequences;

    @Option(names = "--prompt-length", defaultValue = "512", description = "Tokens of the prefill (${DEFAULT-VALUE}).")
    private int promptLength;

    @Option(
            names = "--weights",
            defaultValue = "fp32",
            description = "Weights in memory: fp32 or bf16 (${DEFAULT-VALUE}).")
    private Precision weights = Precision.FP32;

    @Option(names = "--repeats", defaultValue = "7", description = "Measured rounds (${DEFAULT-VALUE}).")
    private int repeats;

    @Option(names = "--warmup", defaultValue = "3", description = "Rounds before the measured ones (${DEFAULT-VALUE}).")
    private int warmup;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    /** For picocli. */
    public BenchDecodeCommand() {}

    @Override
    public Integer call() {
        if (tokens < 1 || sequences < 1 || promptLength < 1 || repeats < 1 || warmup < 0) {
            throw new IllegalArgumentException(
                    "--tokens, --sequences, --prompt-length and --repeats must be at least 1, --warmup at least 0");
        }
        try (Engine engine = Engine.create();
                DecodeBenchmark benchmark = new DecodeBenchmark(engine, LlamaPresets.named(config), weights)) {
            int[] prompt = benchmark.prompt(promptLength);
            double[][] decoding =
                    seconds(1, () -> benchmark.decode(1, tokens), () -> benchmark.decode(sequences, tokens));
            double[] one = decoding[0];
            double[] many = decoding[1];
            double[][] passes =
                    seconds(PASSES_PER_ROUND, () -> benchmark.prefill(prompt), () -> benchmark.forward(prompt));
            double[] prefill = passes[0];
            double[] forward = passes[1];
            spec.commandLine()
                    .getOut()
                    .printf(
                            Locale.ROOT,
                            "{\"framework\": \"cria\", \"config\": \"%s\", \"mode\": \"%s\", \"params\": %d, \"tokens\": %d,"
                                    + " \"tokens_per_s\": %.1f, \"best_tokens_per_s\": %.1f, \"sequences\": %d,"
                                    + " \"batch_tokens_per_s\": %.1f, \"best_batch_tokens_per_s\": %.1f,"
                                    + " \"prefill_tokens_per_s\": %.1f, \"forward_tokens_per_s\": %.1f, \"ops\": \"%s\"}%n",
                            config,
                            weights.name().toLowerCase(Locale.ROOT),
                            benchmark.parameters(),
                            tokens,
                            tokens / median(one),
                            tokens / one[0],
                            sequences,
                            (double) sequences * tokens / median(many),
                            (double) sequences * tokens / many[0],
                            promptLength / median(prefill),
                            promptLength / median(forward),
                            engine.ops().describe());
        }
        return 0;
    }

    /** Sorted times of each, which take turns: so they meet the same state of the machine and of the compiler. */
    private double[][] seconds(int perRound, DoubleSupplier... works) {
        double[][] times = new double[works.length][perRound * repeats];
        for (int round = -perRound * warmup; round < perRound * repeats; round++) {
            for (int i = 0; i < works.length; i++) {
                double seconds = works[i].getAsDouble();
                if (round >= 0) {
                    times[i][round] = seconds;
                }
            }
        }
        for (double[] sorted : times) {
            Arrays.sort(sorted);
        }
        return times;
    }

    private static double median(double[] sorted) {
        return sorted[sorted.length / 2];
    }
}
