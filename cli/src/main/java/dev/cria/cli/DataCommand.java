package dev.cria.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code cria data}: commands on data. */
@Command(
        name = "data",
        description = "Prepares data.",
        subcommands = {DataPrepareCommand.class, DataConvertCommand.class, DataToyCommand.class})
final class DataCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    /** Without a command: the list of commands. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
