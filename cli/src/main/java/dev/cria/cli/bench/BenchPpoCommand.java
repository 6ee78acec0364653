package dev.cria.cli.bench;

import dev.cria.core.Engine;
import dev.cria.core.config.ConfigLoader;
import dev.cria.core.random.CounterRandom;
import dev.cria.core.train.StepReport;
import dev.cria.core.train.TrainingListener;
import dev.cria.model.Llama;
import dev.cria.model.LlamaConfig;
import dev.cria.model.LlamaPresets;
import dev.cria.model.ScalarModel;
import dev.cria.model.generation.TextGenerator;
import dev.cria.rlhf.ppo.PpoConfig;
import dev.cria.rlhf.ppo.PpoModels;
import dev.cria.rlhf.ppo.PpoSetup;
import dev.cria.rlhf.ppo.PpoTrainer;
import dev.cria.rlhf.reward.RewardModel;
import dev.cria.rlhf.sampling.ModelReward;
import dev.cria.rlhf.sampling.RlPrompt;
import dev.cria.tokenizer.ByteTokenizer;
import dev.cria.tokenizer.ChatFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cria bench ppo}: the time of a PPO iteration, as one line of JSON. */
@Command(name = "ppo", description = "Measures PPO iterations on random weights: rollout and update apart.")
public final class BenchPpoCommand implements Callable<Integer> {
    @Option(
            names = "--config",
            defaultValue = "XS",
            description = "A preset's name, such as XS or S (${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String config;

    @Option(names = "--prompts", defaultValue = "64", description = "Answers of an iteration (${DEFAULT-VALUE}).")
    private int prompts;

    @Option(names = "--prompt-length", defaultValue = "16", description = "Tokens of a prompt (${DEFAULT-VALUE}).")
    private int promptLength;

    @Option(names = "--new-tokens", defaultValue = "48", description = "Tokens of an answer (${DEFAULT-VALUE}).")
    private int newTokens;

    @Option(names = "--mini-batch", defaultValue = "16", description = "Answers of a step (${DEFAULT-VALUE}).")
    private int miniBatch;

    @Option(names = "--iterations", defaultValue = "15", description = "Measured iterations (${DEFAULT-VALUE}).")
    private int iterations;

    @Option(
            names = "--warmup",
            defaultValue = "10",
            description = "Iterations before the measured ones (${DEFAULT-VALUE}).")
    private int warmup;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    /** For picocli. */
    public BenchPpoCommand() {}

    @Override
    public Integer call() {
        if (iterations < 1 || warmup < 0 || promptLength < 1) {
            throw new IllegalArgumentException(
                    "--iterations and --prompt-length must be at least 1, --warmup at least 0");
        }
        LlamaConfig sizes = LlamaPresets.named(config);
        List<StepReport> reports = new ArrayList<>();
        try (Engine engine = Engine.create();
                PpoModels models = new PpoModels(
                        Llama.random(engine, sizes, 0),
                        Llama.random(engine, sizes, 0, name -> false),
                        ScalarModel.random(engine, sizes, 1));
                ScalarModel reward = ScalarModel.random(engine, sizes, 2);
                TextGenerator generator =
                        new TextGenerator(models.policy(), new NumberTokenizer(sizes.vocabSize()), prompts);
                PpoTrainer trainer = new PpoTrainer(setup(sizes, models, reward, generator, new TrainingListener() {
                    @Override
                    public void onStep(StepReport report) {
                        reports.add(report);
                    }
                }))) {
            trainer.run();
            print(engine, reports.subList(warmup, reports.size()));
        }
        return 0;
    }

    private PpoSetup setup(
            LlamaConfig sizes,
            PpoModels models,
            ScalarModel reward,
            TextGenerator generator,
            TrainingListener listener) {
        PpoConfig settings = ConfigLoader.of(PpoConfig.class)
                .set(List.of(
                        "rollout.batchSize=" + prompts,
                        "rollout.maxTokens=" + newTokens,
                        "update.miniBatchSize=" + miniBatch,
                        "score.missingEos=reward",
                        "training.iterations=" + (warmup + iterations)))
                .load();
        ByteTokenizer bytes = new ByteTokenizer(); // not used: the reward model reads the policy's tokens
        return new PpoSetup(
                settings,
                models,
                generator,
                prompt -> prompt(Integer.parseInt(prompt.messages().get(0).content()), sizes.vocabSize()),
                new ModelReward(new RewardModel(reward, bytes, ChatFormat.llama2(bytes))),
                null,
                IntStream.range(0, prompts)
                        .mapToObj(i -> RlPrompt.of(Integer.toString(i)))
                        .toList(),
                List.of(),
                "itself",
                true,
                null,
                directory -> {},
                List.of(listener));
    }

    private int[] prompt(int number, int vocabSize) {
        CounterRandom random = CounterRandom.of(0, "bench prompt", number);
        return IntStream.range(0, promptLength)
                .map(t -> (int) random.below(t, vocabSize))
                .toArray();
    }

    private void print(Engine engine, List<StepReport> reports) {
        spec.commandLine()
                .getOut()
                .printf(
                        Locale.ROOT,
                        "{\"framework\": \"cria\", \"config\": \"%s\", \"prompts\": %d, \"prompt_length\": %d,"
                                + " \"new_tokens\": %d, \"mini_batch\": %d, \"rollout_s\": %.4f, \"update_s\": %.4f,"
                                + " \"iteration_s\": %.4f, \"peak_rss_mib\": %d, \"ops\": \"%s\"}%n",
                        config,
                        prompts,
                        promptLength,
                        newTokens,
                        miniBatch,
                        median(reports, report -> report.metrics().getOrDefault("rollout_s", Double.NaN)),
                        median(reports, report -> report.metrics().getOrDefault("update_s", Double.NaN)),
                        median(
                                reports,
                                report -> report.metrics().getOrDefault("rollout_s", Double.NaN)
                                        + report.metrics().getOrDefault("update_s", Double.NaN)),
                        ResidentMemory.peakMiB(),
                        engine.ops().describe());
    }

    private static double median(List<StepReport> reports, ToDoubleFunction<StepReport> seconds) {
        double[] sorted = reports.stream().mapToDouble(seconds).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
