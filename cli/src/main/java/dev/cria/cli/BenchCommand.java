package dev.cria.cli;

import dev.cria.cli.bench.BenchDecodeCommand;
import dev.cria.cli.bench.BenchPpoCommand;
import dev.cria.cli.bench.BenchTrainCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code cria bench}: groups the measurements; each prints one line of JSON. */
@Command(
        name = "bench",
        description = "Measures speed; prints one line of JSON.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            BenchTrainCommand.class,
            BenchTokenizeCommand.class,
            BenchDecodeCommand.class,
            BenchPpoCommand.class
        })
final class BenchCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    /** Without a command: the list of commands. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
