package dev.cria.cli;

import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.model.generation.Sampling;
import dev.cria.rlhf.iterate.WinRate;
import dev.cria.rlhf.reward.RewardModel;
import dev.cria.rlhf.sampling.Answer;
import dev.cria.rlhf.sampling.PolicyModel;
import dev.cria.rlhf.sampling.PromptFile;
import dev.cria.rlhf.sampling.RlPrompt;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cria compare}: which of two models answers better. */
@Command(
        name = "compare",
        description =
                "Lets two models answer the same prompts and a reward model judge; prints the first one's win rate.")
final class CompareCommand implements Callable<Integer> {
    @Option(names = "--first", required = true, paramLabel = "DIR", description = "The model that wins or loses.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path first;

    @Option(names = "--second", required = true, paramLabel = "DIR", description = "The model it is compared with.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path second;

    @Option(names = "--judge", required = true, paramLabel = "DIR", description = "The reward model that judges.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path judge;

    @Option(
            names = "--prompts",
            required = true,
            arity = "1..*",
            paramLabel = "FILE",
            description = "Prompts: JSONL, {\"prompt\": [messages]} a line.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private List<Path> prompts;

    @Mixin
    private SamplingOptions sampling = new SamplingOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        List<RlPrompt> asked = PromptFile.read(prompts);
        PrintWriter out = spec.commandLine().getOut();
        try (Engine engine = Engine.create();
                RewardModel model = RewardModel.load(engine, Checkpoints.resolve(judge))) {
            double[] one = scores(engine, model, first, asked);
            double[] two = scores(engine, model, second, asked);
            out.println(WinRate.of(one, two));
        }
        out.flush();
        return 0;
    }

    private double[] scores(Engine engine, RewardModel model, Path path, List<RlPrompt> asked) {
        Sampling settings = sampling.sampling();
        try (PolicyModel policy = PolicyModel.load(engine, path, 64)) {
            List<String> answers = policy.sampler().sample(asked, settings, 1, i -> settings.seed() + i).stream()
                    .map(samples -> samples.get(0))
                    .map(Answer::text)
                    .toList();
            return model.scores(asked.stream().map(RlPrompt::messages).toList(), answers);
        }
    }
}
