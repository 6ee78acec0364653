package dev.cria.cli;

import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.io.DurableFiles;
import dev.cria.rlhf.preference.EncodedPair;
import dev.cria.rlhf.preference.PreferencePairs;
import dev.cria.rlhf.reward.RewardComparison;
import dev.cria.rlhf.reward.RewardEvaluation;
import dev.cria.rlhf.reward.RewardModel;
import dev.cria.rlhf.reward.ScoredPair;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cria evaluate-reward}: how often a reward model agrees with people, and with another one. */
@Command(
        name = "evaluate-reward",
        description =
                "Prints a reward model's accuracy by rating, source and safety, its unsafe recall and calibration; "
                        + "of a run, also into its report.")
final class EvaluateRewardCommand implements Callable<Integer> {
    private static final int SHOWN = 5;

    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR",
            description = "A reward model's directory, checkpoint or run.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path model;

    @Option(
            names = "--other",
            paramLabel = "DIR",
            description = "A second reward model; the comparisons on which the two differ are listed.")
    private @Nullable Path other;

    @Option(names = "--input", required = true, arity = "1..*", paramLabel = "FILE", description = "Preference files.")
    private List<Path> input = List.of();

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description = "Where the numbers go as JSON; with --other the disagreements, a comparison a line.")
    private @Nullable Path output;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (Engine engine = Engine.create()) {
            List<ScoredPair> scored = score(engine, model, out);
            if (other == null) {
                evaluate(RewardEvaluation.of(scored), out);
            } else {
                compare(new RewardComparison(scored, score(engine, other, out)), out);
            }
        }
        out.flush();
        return 0;
    }

    private List<ScoredPair> score(Engine engine, Path path, PrintWriter out) {
        try (RewardModel reward = RewardModel.load(engine, Checkpoints.resolve(path))) {
            PreferencePairs pairs =
                    new PreferencePairs(reward.format(), reward.model().config().maxPositionEmbeddings(), false);
            input.forEach(pairs::addFile);
            List<EncodedPair> kept = pairs.pairs();
            out.println(path + ": " + pairs.counts().summary());
            return reward.scorePairs(kept);
        }
    }

    private void evaluate(RewardEvaluation evaluation, PrintWriter out) throws IOException {
        out.print(evaluation.text());
        if (output != null) {
            write(output, evaluation.toJson().toPrettyString() + "\n");
        }
        if (Files.exists(model.resolve(RunReport.FILE))) {
            evaluation.write(model);
            RunReport.write(model);
            out.println("in the report " + model.resolve(RunReport.FILE));
        }
    }

    private void compare(RewardComparison comparison, PrintWriter out) {
        out.print(comparison.text());
        StringBuilder lines = new StringBuilder();
        for (int index : comparison.disagreements()) {
            lines.append(comparison.toJson(index)).append('\n');
        }
        if (output == null) {
            lines.toString().lines().limit(SHOWN).forEach(out::println);
        } else {
            write(output, lines.toString());
            out.println("disagreements in " + output);
        }
    }

    private static void write(Path file, String text) {
        DurableFiles.write(file, text.getBytes(StandardCharsets.UTF_8));
    }
}
