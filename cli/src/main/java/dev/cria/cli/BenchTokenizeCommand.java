package dev.cria.cli;

import dev.cria.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cria bench tokenize}: the speed of encoding, as one line of JSON. */
@Command(name = "tokenize", description = "Measures how fast a file is encoded, on one thread and on all cores.")
final class BenchTokenizeCommand implements Callable<Integer> {
    @Option(
            names = "--tokenizer",
            required = true,
            paramLabel = "PATH",
            description = "A tokenizer file, or a directory with one.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path path;

    @Option(names = "--input", required = true, paramLabel = "FILE", description = "The text to encode.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path input;

    @Option(names = "--lines", description = "Encode line by line instead of the whole file as one text.")
    private boolean byLines;

    @Option(names = "--repeats", defaultValue = "15", description = "Measured rounds (${DEFAULT-VALUE}).")
    private int repeats;

    @Option(
            names = "--warmup",
            defaultValue = "10",
            description = "Rounds before the measured ones (${DEFAULT-VALUE}).")
    private int warmup;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    private long tokens;

    @Override
    public Integer call() throws IOException {
        if (repeats < 1 || warmup < 0) {
            throw new IllegalArgumentException("--repeats must be at least 1 and --warmup at least 0");
        }
        Tokenizer tokenizer = Tokenizer.load(path);
        String text = Utf8File.read(input);
        long bytes = Files.size(input);
        List<String> texts = byLines ? text.lines().toList() : List.of(text);
        double[] single = seconds(
                () -> texts.stream().mapToLong(t -> tokenizer.encode(t).length).sum());
        double[] all = seconds(() -> Arrays.stream(tokenizer.encodeAll(texts))
                .mapToLong(ids -> ids.length)
                .sum());
        spec.commandLine()
                .getOut()
                .printf(
                        Locale.ROOT,
                        "{\"framework\": \"cria\", \"config\": \"%s\", \"bytes\": %d, \"tokens\": %d, \"best_s\": %.4f,"
                                + " \"median_s\": %.4f, \"tokens_per_s\": %.1f, \"mb_per_s\": %.2f,"
                                + " \"all_cores_mb_per_s\": %.2f}%n",
                        byLines ? "lines" : "whole",
                        bytes,
                        tokens,
                        single[0],
                        median(single),
                        tokens / median(single),
                        bytes / median(single) / 1e6,
                        bytes / median(all) / 1e6);
        return 0;
    }

    /** Sorted times of the measured rounds. */
    private double[] seconds(TokenCount work) {
        double[] seconds = new double[repeats];
        for (int round = -warmup; round < repeats; round++) {
            long start = System.nanoTime();
            tokens = work.run();
            if (round >= 0) {
                seconds[round] = (System.nanoTime() - start) / 1e9;
            }
        }
        Arrays.sort(seconds);
        return seconds;
    }

    private static double median(double[] sorted) {
        return sorted[sorted.length / 2];
    }

    @FunctionalInterface
    private interface TokenCount {
        long run();
    }
}
