package dev.cria.cli;

import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.checkpoint.Safetensors;
import dev.cria.core.checkpoint.StoredTensor;
import dev.cria.core.checkpoint.TrainerState;
import dev.cria.tokenizer.Tokenizer;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code cria inspect}: what a checkpoint holds, from its headers. */
@Command(name = "inspect", description = "Shows a model directory's tensors, sizes, training state and tokenizer.")
final class InspectCommand implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = "A model directory, checkpoint or run.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path directory;

    @Option(names = "--config", description = "Show the run's whole configuration too.")
    private boolean config;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        Path checkpoint = Checkpoints.resolve(directory);
        PrintWriter out = spec.commandLine().getOut();
        out.println(checkpoint);
        tensors(out, checkpoint);
        if (TrainerState.existsIn(checkpoint)) {
            state(out, TrainerState.read(checkpoint));
        }
        tokenizer(out, checkpoint);
        out.flush();
        return 0;
    }

    private static void tensors(PrintWriter out, Path checkpoint) {
        try (Safetensors file = Safetensors.open(checkpoint)) {
            for (StoredTensor tensor : file.tensors().values()) {
                out.printf(Locale.ROOT, "  %-55s %-5s %s%n", tensor.name(), tensor.dtype(), tensor.shape());
            }
            long parameters = file.tensors().values().stream()
                    .mapToLong(StoredTensor::length)
                    .sum();
            String types = file.tensors().values().stream()
                    .map(tensor -> tensor.dtype().name())
                    .distinct()
                    .collect(Collectors.joining(", "));
            out.printf(
                    Locale.ROOT,
                    "%d tensors, %,d parameters, %s%n",
                    file.tensors().size(),
                    parameters,
                    types);
        }
    }

    private void state(PrintWriter out, TrainerState state) {
        out.printf(
                Locale.ROOT,
                "stage %s, step %,d, %,d tokens, seed %d%n",
                state.stage(),
                state.step(),
                state.tokens(),
                state.seed());
        state.bestMetrics().forEach((name, value) -> out.printf(Locale.ROOT, "best %s %s%n", name, value));
        if (config) {
            out.println(state.config().toPrettyString());
        }
    }

    private static void tokenizer(PrintWriter out, Path checkpoint) {
        try {
            Tokenizer tokenizer = Tokenizer.load(checkpoint);
            out.printf(
                    Locale.ROOT,
                    "tokenizer of %,d pieces, bos %d, eos %d, fingerprint %s%n",
                    tokenizer.vocabSize(),
                    tokenizer.bosId(),
                    tokenizer.eosId(),
                    tokenizer.fingerprint());
        } catch (IllegalArgumentException e) {
            out.println("no tokenizer: " + e.getMessage());
        }
    }
}
