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
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
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
            List<Answer> one = answers(engine, first, asked);
            List<Answer> two = answers(engine, second, asked);
            int[] judged = IntStream.range(0, asked.size())
                    .filter(i -> canJudge(model, one.get(i)) && canJudge(model, two.get(i)))
                    .toArray();
            if (judged.length < asked.size()) {
                out.printf(
                        Locale.ROOT,
                        "%d of %d prompts are left out: an answer is too long for the judge%n",
                        asked.size() - judged.length,
                        asked.size());
            }
            out.println(WinRate.of(scores(model, one, judged), scores(model, two, judged)));
        }
        out.flush();
        return 0;
    }

    private List<Answer> answers(Engine engine, Path path, List<RlPrompt> asked) {
        Sampling settings = sampling.sampling();
        try (PolicyModel policy = PolicyModel.load(engine, path, 64)) {
            return policy.sampler().sample(asked, settings, 1, i -> settings.seed() + i).stream()
                    .map(samples -> samples.get(0))
                    .toList();
        }
    }

    private static boolean canJudge(RewardModel model, Answer answer) {
        return model.canScore(answer.prompt().messages(), answer.text());
    }

    private static double[] scores(RewardModel model, List<Answer> answers, int[] judged) {
        List<Answer> chosen = Arrays.stream(judged).mapToObj(answers::get).toList();
        return model.scores(
                chosen.stream().map(answer -> answer.prompt().messages()).toList(),
                chosen.stream().map(Answer::text).toList());
    }
}
