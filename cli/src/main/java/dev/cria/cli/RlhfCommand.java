package dev.cria.cli;

import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.config.ConfigLoader;
import dev.cria.core.ops.Precision;
import dev.cria.core.train.RunDirectory;
import dev.cria.rlhf.iterate.Annotator;
import dev.cria.rlhf.iterate.FileAnnotator;
import dev.cria.rlhf.iterate.IterativeRlhf;
import dev.cria.rlhf.iterate.RewardAnnotator;
import dev.cria.rlhf.iterate.RlhfConfig;
import dev.cria.rlhf.iterate.RlhfConfig.Annotation;
import dev.cria.rlhf.reward.RewardModel;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code cria rlhf}: versions V1 to V5. */
@Command(
        name = "rlhf",
        description =
                "RLHF version after version: preferences, reward models, rejection sampling, fine-tuning, PPO in the last.")
final class RlhfCommand implements Callable<Integer> {
    @Mixin
    private RunOptions options = new RunOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        RlhfConfig config = options.addTo(ConfigLoader.of(RlhfConfig.class)).load();
        PrintWriter out = spec.commandLine().getOut();
        if (options.printed(() -> config, out)) {
            return 0;
        }
        Precision precision = precision(config);
        Path output = options.output("rlhf");
        Annotation annotation = config.annotation();
        try (Engine engine = Engine.create(precision);
                RunDirectory run = RunDirectory.open(output, options.resume());
                @Nullable RewardModel reward = load(engine, annotation.reward());
                @Nullable RewardModel safety = load(engine, annotation.safety())) {
            IterativeRlhf rlhf = new IterativeRlhf(
                    engine,
                    config,
                    run,
                    round -> annotator(config, round, reward, safety),
                    directory -> options.watching(directory, null));
            GracefulStop.during(rlhf::requestStop, () -> work(out, output, config, rlhf));
        }
        return 0;
    }

    /** The precision of all steps, which share an engine. */
    private static Precision precision(RlhfConfig config) {
        Map<String, Precision> asked = new TreeMap<>(Map.of(
                "helpfulness.training.precision",
                        config.helpfulness().training().precision(),
                "safety.training.precision", config.safety().training().precision(),
                "sft.training.precision", config.sft().training().precision(),
                "ppo.training.precision", config.ppo().training().precision()));
        if (Set.copyOf(asked.values()).size() > 1) {
            throw new IllegalArgumentException("all steps of a run have one precision; make these the same: " + asked);
        }
        return config.ppo().training().precision();
    }

    private static void work(PrintWriter out, Path output, RlhfConfig config, IterativeRlhf rlhf) {
        try {
            if (rlhf.run()) {
                Path model = rlhf.model(config.versions());
                out.printf(
                        Locale.ROOT,
                        "version %d: %s%nTry: ./cria compare --first %s --second %s --judge REWARD --prompts FILE%n",
                        config.versions(),
                        model,
                        model,
                        rlhf.model(0));
            } else {
                out.printf(Locale.ROOT, "stopped; go on by the same command with --output %s --resume%n", output);
            }
        } catch (Annotator.LabelsMissingException e) {
            out.println(e.getMessage());
        }
        out.flush();
    }

    private static @Nullable RewardModel load(Engine engine, @Nullable Path path) {
        return path == null ? null : RewardModel.load(engine, Checkpoints.resolve(path));
    }

    private static Annotator annotator(
            RlhfConfig config, Path round, @Nullable RewardModel reward, @Nullable RewardModel safety) {
        return reward == null
                ? new FileAnnotator(round.resolve(config.annotation().file()))
                : new RewardAnnotator(reward, safety, config.seed());
    }
}
