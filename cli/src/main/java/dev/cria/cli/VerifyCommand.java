package dev.cria.cli;

import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.checkpoint.Manifest;
import dev.cria.core.io.InvalidFileException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code cria verify}: compares a checkpoint with its manifest. */
@Command(name = "verify", description = "Checks every file of a checkpoint against its manifest.")
final class VerifyCommand implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = "A checkpoint, or a run for the one written last.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path directory;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        Path checkpoint = Checkpoints.lastWritten(directory);
        if (!Manifest.existsIn(checkpoint)) {
            throw new InvalidFileException(
                    checkpoint, "it has no " + Manifest.FILE + "; only checkpoints written by Cria can be verified");
        }
        Manifest.requireIntact(checkpoint);
        Manifest manifest = Manifest.read(checkpoint);
        long bytes = manifest.files().values().stream()
                .mapToLong(Manifest.Entry::size)
                .sum();
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                Locale.ROOT,
                "%s: %d files, %,d bytes, intact%n",
                checkpoint,
                manifest.files().size(),
                bytes);
        out.flush();
        return 0;
    }
}
