package dev.cria.cli;

import dev.cria.core.Engine;
import dev.cria.core.config.ConfigLoader;
import dev.cria.core.train.RunDirectory;
import dev.cria.core.train.TrainingLoop;
import dev.cria.rlhf.reward.RewardConfig;
import dev.cria.rlhf.reward.RewardTrainer;
import java.io.IOException;
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

/** {@code cria reward}: learns what people prefer. */
@Command(
        name = "reward",
        description = "Trains a reward model on comparisons: JSONL, "
                + "{\"prompt\": [messages], \"chosen\": \"...\", \"rejected\": \"...\", ...} a line.")
final class RewardCommand implements Callable<Integer> {
    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = "The chat model to begin with: a model directory, checkpoint or run.")
    private @Nullable Path model;

    @Option(
            names = "--input",
            arity = "1..*",
            paramLabel = "FILE",
            description = "Preference files; other forms are brought into this one by cria data convert.")
    private List<Path> input = List.of();

    @Mixin
    private RunOptions options = new RunOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        RewardConfig config = config();
        PrintWriter out = spec.commandLine().getOut();
        if (options.printed(() -> config, out)) {
            return 0;
        }
        Path output = options.output("reward");
        try (Engine engine = Engine.create(config.training().precision());
                RunDirectory run = RunDirectory.open(output, options.resume());
                RewardTrainer trainer = RewardTrainer.open(engine, config, run, options.watching(output, null))) {
            out.println(trainer.summary());
            GracefulStop.during(trainer::requestStop, () -> train(trainer, output));
        }
        RunReport.write(output); // once more, with the evaluation
        return 0;
    }

    private void train(RewardTrainer trainer, Path output) {
        PrintWriter out = spec.commandLine().getOut();
        TrainingLoop.Result result = trainer.run();
        trainer.evaluation().ifPresent(evaluation -> out.print(evaluation.text()));
        RunEnding.print(
                out,
                output,
                result,
                "comparison",
                "./cria evaluate-reward --model %s --input PREFERENCES".formatted(output));
    }

    private RewardConfig config() {
        RewardConfig config = options.addTo(ConfigLoader.of(RewardConfig.class)).load();
        config = input.isEmpty() ? config : config.withInput(input);
        return model == null ? config : config.withBase(model);
    }
}
