package dev.cria.cli;

import dev.cria.core.Engine;
import dev.cria.rlhf.sampling.BestOfConfig;
import dev.cria.rlhf.sampling.BestOfFile;
import dev.cria.rlhf.sampling.BestOfN;
import dev.cria.rlhf.sampling.BestSample;
import dev.cria.rlhf.sampling.MissingEos;
import dev.cria.rlhf.sampling.ModelFingerprint;
import dev.cria.rlhf.sampling.PolicyModel;
import dev.cria.rlhf.sampling.PromptFile;
import dev.cria.rlhf.sampling.RewardModels;
import dev.cria.rlhf.sampling.RlPrompt;
import dev.cria.rlhf.sampling.SampleOrigin;
import dev.cria.rlhf.sampling.TemperatureSearch;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cria best-of}: rejection sampling. */
@Command(
        name = "best-of",
        description =
                "Answers each prompt several times and keeps the best by a reward model (rejection sampling); goes on after a kill.")
final class BestOfCommand implements Callable<Integer> {
    @Option(names = "--policy", required = true, paramLabel = "DIR", description = "The chat model that answers.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path policy;

    @Option(
            names = "--prompts",
            required = true,
            arity = "1..*",
            paramLabel = "FILE",
            description = "Prompts: JSONL, {\"prompt\": [messages], \"is_safety\": false} a line.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private List<Path> prompts;

    @Option(names = "--k", defaultValue = "10", paramLabel = "N", description = "Answers to each (${DEFAULT-VALUE}).")
    private int samples;

    @Option(
            names = "--temperature",
            defaultValue = "1",
            paramLabel = "T",
            description = "Of the sampling (${DEFAULT-VALUE}).")
    private double temperature;

    @Option(
            names = "--temperatures",
            split = ",",
            paramLabel = "T",
            description = "Compare these, comma-separated, instead of keeping answers: the reward of the best of N.")
    private List<Double> temperatures = List.of();

    @Option(
            names = "--max-tokens",
            defaultValue = "256",
            paramLabel = "N",
            description = "Most tokens of an answer (${DEFAULT-VALUE}).")
    private int maxTokens;

    @Option(
            names = "--missing-eos",
            defaultValue = "EXCLUDE",
            description = "What to do about answers that were cut off: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private MissingEos missingEos;

    @Option(
            names = "--penalty",
            defaultValue = "1",
            paramLabel = "REWARD",
            description = "What PENALISE takes off the reward (${DEFAULT-VALUE}).")
    private double penalty;

    @Option(names = "--seed", defaultValue = "1", paramLabel = "N", description = "Of the answers (${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--output", paramLabel = "FILE", description = "Where the best answers go, a line each.")
    private @Nullable Path output;

    @Option(names = "--resume", description = "Go on with the file in --output.")
    private boolean resume;

    @Mixin
    private RewardOptions rewards = new RewardOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        BestOfConfig config = new BestOfConfig(samples, temperature, maxTokens, missingEos, penalty, seed);
        checkOptions();
        List<RlPrompt> asked = PromptFile.read(prompts);
        PrintWriter out = spec.commandLine().getOut();
        try (Engine engine = Engine.create();
                PolicyModel model = PolicyModel.load(engine, policy, 64);
                RewardModels models = RewardModels.open(engine, rewards.config(), model.tokenizer())) {
            models.calibration().ifPresent(calibration -> out.println("safety model: " + calibration));
            if (temperatures.isEmpty()) {
                sample(out, config, asked, model, models, output);
            } else {
                print(
                        out,
                        new TemperatureSearch(model.sampler(), models.function(), config).search(asked, temperatures));
            }
        }
        out.flush();
        return 0;
    }

    private void checkOptions() {
        if (temperatures.isEmpty()) {
            if (output == null) {
                throw new IllegalArgumentException("--output names no file for the answers");
            }
            return;
        }
        for (String option : List.of("--output", "--resume", "--temperature")) {
            if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
                throw new IllegalArgumentException(
                        "--temperatures compares and keeps no answers; %s does not go with it".formatted(option));
            }
        }
    }

    private void sample(
            PrintWriter out,
            BestOfConfig config,
            List<RlPrompt> asked,
            PolicyModel model,
            RewardModels models,
            @Nullable Path target) {
        if (target == null) {
            return;
        }
        SampleOrigin origin = new SampleOrigin(
                model.fingerprint(), models.fingerprints(), models.threshold(), ModelFingerprint.of(asked), config);
        AtomicBoolean stop = new AtomicBoolean();
        try (BestOfFile file = BestOfFile.open(target, origin, resume)) {
            GracefulStop.during(
                    () -> stop.set(true),
                    () -> new BestOfN(model.sampler(), models.function(), config).run(asked, file, stop::get));
            if (file.done() < asked.size()) {
                out.printf(
                        Locale.ROOT,
                        "stopped after %d of %d prompts; go on by the same command with --resume%n",
                        file.done(),
                        asked.size());
                return;
            }
        }
        List<BestSample> best = BestOfFile.read(target);
        double mean = best.stream()
                .filter(sample -> sample.reward() != null)
                .mapToDouble(BestSample::rewardValue)
                .average()
                .orElse(Double.NaN);
        long none = best.stream().filter(sample -> !sample.isUsable()).count();
        out.printf(
                Locale.ROOT,
                "%d prompts in %s, mean reward of the best of %d: %.4f; %d without an answer to learn from%n",
                best.size(),
                target,
                config.samples(),
                mean,
                none);
    }

    private static void print(PrintWriter out, TemperatureSearch.Table table) {
        out.print("temperature");
        table.sizes().forEach(n -> out.printf(Locale.ROOT, "  best of %-4d", n));
        out.println();
        for (TemperatureSearch.Row row : table.rows()) {
            out.printf(Locale.ROOT, "%-11s", row.temperature());
            row.best().forEach(reward -> out.printf(Locale.ROOT, "  %-12.4f", reward));
            out.println();
        }
        out.printf(Locale.ROOT, "best temperature %s%n", table.bestTemperature());
    }
}
