package dev.cria.cli;

import dev.cria.core.checkpoint.CheckpointAverage;
import dev.cria.core.checkpoint.Checkpoints;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code cria average}: the mean of several models' weights. */
@Command(name = "average", description = "Averages the weights of checkpoints of one shape.")
final class AverageCommand implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "DIR", description = "Model directories, checkpoints or runs.")
    private List<Path> models = List.of();

    @Option(names = "--output", required = true, paramLabel = "DIR", description = "Where the average goes.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path output;

    @Option(
            names = "--weights",
            split = ",",
            paramLabel = "W",
            description = "One for each model, in their order, such as 1,2,1; equal by default.")
    private List<Double> weights = List.of();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        List<Double> shares = weights.isEmpty() ? Collections.nCopies(models.size(), 1.0) : weights;
        CheckpointAverage.write(
                models.stream().map(Checkpoints::resolve).toList(),
                shares.stream().mapToDouble(Double::doubleValue).toArray(),
                output);
        spec.commandLine().getOut().println(output);
        spec.commandLine().getOut().flush();
        return 0;
    }
}
