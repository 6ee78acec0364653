package dev.cria.cli;

import dev.cria.core.Engine;
import dev.cria.core.config.ConfigLoader;
import dev.cria.core.train.RunDirectory;
import dev.cria.rlhf.ppo.PpoConfig;
import dev.cria.rlhf.ppo.PpoRun;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cria ppo}: optimises a chat model against reward models. */
@Command(
        name = "ppo",
        description =
                "Optimises a chat model against reward models by PPO; prompts: JSONL, {\"prompt\": [messages], \"is_safety\": false} a line.")
final class PpoCommand implements Callable<Integer> {
    @Option(names = "--input", arity = "1..*", paramLabel = "FILE", description = "Prompt files.")
    private List<Path> input = List.of();

    @Mixin
    private RunOptions options = new RunOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        ConfigLoader<PpoConfig> loader = ConfigLoader.of(PpoConfig.class).presets("", PpoConfig.presets());
        PpoConfig loaded = options.addTo(loader).load();
        PpoConfig config = input.isEmpty() ? loaded : loaded.withInput(input);
        PrintWriter out = spec.commandLine().getOut();
        if (options.printed(() -> config, out)) {
            return 0;
        }
        Path output = options.output("ppo");
        try (Engine engine = Engine.create(config.training().precision());
                RunDirectory run = RunDirectory.open(output, options.resume());
                PpoRun ppo = PpoRun.open(engine, config, run, options.watching(output, null))) {
            GracefulStop.during(
                    ppo::requestStop,
                    () -> RunEnding.print(out, output, ppo.run(), "./cria chat --model %s".formatted(output)));
        }
        return 0;
    }
}
