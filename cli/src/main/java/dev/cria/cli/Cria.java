package dev.cria.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.cria.core.ops.BackendException;
import dev.cria.core.ops.backend.BackendChoice;
import dev.cria.core.ops.gpu.GpuUnavailableException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The {@code cria} command: parses, calls the library, prints. Results go to stdout, logs and errors to stderr. */
@Command(
        name = "cria",
        description = "Trains Llama-style language models through the whole Llama 2 recipe.",
        versionProvider = Cria.Version.class,
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            TokenizerCommand.class,
            DataCommand.class,
            PretrainCommand.class,
            SftCommand.class,
            GattDataCommand.class,
            DistillDataCommand.class,
            RewardCommand.class,
            BestOfCommand.class,
            PpoCommand.class,
            RlhfCommand.class,
            RecipeCommand.class,
            CompareCommand.class,
            GenerateCommand.class,
            ChatCommand.class,
            EvaluateCommand.class,
            ScoreCommand.class,
            EvaluateTurnsCommand.class,
            EvaluateRewardCommand.class,
            ScoreRewardCommand.class,
            VerifyCommand.class,
            InspectCommand.class,
            AverageCommand.class,
            PlanCommand.class,
            GpuCommand.class,
            BenchCommand.class
        })
public final class Cria implements Runnable {
    private static final String LOGGERS = "dev.cria"; // as logback.xml names them

    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "Log every step, and show the stack trace of an error.")
    private boolean verbose;

    @Option(
            names = "--backend",
            scope = ScopeType.INHERIT,
            description = "What to compute on: cpu, cuda, or auto for a GPU where one will do. Default: cpu.")
    private @Nullable BackendChoice backend;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    private Cria() {}

    /** Runs the command and ends the program with its exit code: 0, 2 for a user's error, 1 for one of ours. */
    public static void main(String[] args) {
        Locale.setDefault(Locale.ROOT); // numbers look the same everywhere
        System.exit(commandLine().execute(args));
    }

    /** The parser with all commands and the way errors are shown; its {@code execute} returns the exit code. */
    static CommandLine commandLine() {
        Cria cria = new Cria();
        CommandLine commandLine = new CommandLine(cria);
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setParameterExceptionHandler(Errors::usage);
        commandLine.setExecutionExceptionHandler((e, command, result) -> Errors.failure(e, command, cria.verbose));
        commandLine.setExecutionStrategy(result -> {
            ((Logger) LoggerFactory.getLogger(LOGGERS)).setLevel(cria.verbose ? Level.DEBUG : Level.INFO);
            cria.checkBackend(result);
            return new CommandLine.RunLast().execute(result);
        });
        return commandLine;
    }

    /** Refuses a backend that cannot compute here, before any work. */
    private void checkBackend(ParseResult result) {
        if (backend == null || asksForHelp(result)) {
            return;
        }
        try {
            backend.check();
        } catch (BackendException | GpuUnavailableException e) {
            throw new ExecutionException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private static boolean asksForHelp(ParseResult result) {
        return result.asCommandLineList().stream()
                .anyMatch(command -> command.isUsageHelpRequested() || command.isVersionHelpRequested());
    }

    /** Without a command: the list of commands. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /** Reads the version that the build wrote into the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Cria.class.getPackage().getImplementationVersion();
            return new String[] {"cria " + (version == null ? "(not packaged)" : version)};
        }
    }
}
