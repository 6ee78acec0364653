package dev.cria.cli;

import dev.cria.core.Engine;
import dev.cria.core.config.ConfigLoader;
import dev.cria.core.train.RunDirectory;
import dev.cria.sft.FineTuning;
import dev.cria.sft.SftConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cria sft}: learns to chat. */
@Command(
        name = "sft",
        description =
                "Fine-tunes a model on chats: JSONL, {\"messages\": [{\"role\": ..., \"content\": ...}, ...]} a line.")
final class SftCommand implements Callable<Integer> {
    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = "The model to fine-tune: a model directory, checkpoint or run.")
    private @Nullable Path model;

    @Option(
            names = "--input",
            arity = "1..*",
            paramLabel = "FILE",
            description = "Chat data files; other forms are brought into this one by cria data convert.")
    private List<Path> input = List.of();

    @Mixin
    private RunOptions options = new RunOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        SftConfig config = config();
        PrintWriter out = spec.commandLine().getOut();
        if (options.printed(() -> config, out)) {
            return 0;
        }
        Path output = options.output("sft");
        try (Engine engine = Engine.create(config.training().precision());
                RunDirectory run = RunDirectory.open(output, options.resume());
                FineTuning tuning = FineTuning.open(engine, config, run, options.watching(output, null))) {
            out.println(tuning.counts().summary());
            GracefulStop.during(
                    tuning::requestStop,
                    () -> RunEnding.print(out, output, tuning.run(), "./cria chat --model %s".formatted(output)));
        }
        return 0;
    }

    private SftConfig config() {
        SftConfig config = options.addTo(ConfigLoader.of(SftConfig.class)).load();
        config = input.isEmpty() ? config : config.withInput(input);
        return model == null ? config : config.withBase(model);
    }
}
