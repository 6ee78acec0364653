package dev.cria.cli;

import dev.cria.examples.ToyFiles;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cria data toy}: something to learn from. */
@Command(
        name = "toy",
        description = "Writes a made-up world as stories, chats, comparisons and prompts: data for all stages.")
final class DataToyCommand implements Callable<Integer> {
    @Option(names = "--output", required = true, paramLabel = "DIR", description = "Where the files go.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path output;

    @Option(names = "--seed", defaultValue = "1", paramLabel = "N", description = "Of the world (${DEFAULT-VALUE}).")
    private long seed;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        ToyFiles files = ToyFiles.write(output, seed);
        PrintWriter out = spec.commandLine().getOut();
        List.of(
                        files.stories(),
                        files.chats(),
                        files.comparisons(),
                        files.heldOutComparisons(),
                        files.safetyComparisons(),
                        files.prompts(),
                        files.heldOutPrompts())
                .forEach(out::println);
        out.flush();
        return 0;
    }
}
