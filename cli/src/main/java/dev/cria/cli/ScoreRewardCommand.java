package dev.cria.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.io.DurableFiles;
import dev.cria.rlhf.preference.Preference;
import dev.cria.rlhf.preference.PreferenceData;
import dev.cria.rlhf.reward.RewardModel;
import dev.cria.rlhf.reward.ScoredPair;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cria score-reward}: a reward model's scores of both answers of comparisons. */
@Command(
        name = "score-reward",
        description = "Adds \"chosen_reward\" and \"rejected_reward\", a reward model's raw scores, to comparisons.")
final class ScoreRewardCommand implements Callable<Integer> {
    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR",
            description = "A reward model's directory, checkpoint or run.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path model;

    @Option(names = "--input", required = true, paramLabel = "FILE", description = "A preference file.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path input;

    @Option(names = "--output", paramLabel = "FILE", description = "Where the lines go; by default to standard output.")
    private @Nullable Path output;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        StringBuilder lines = new StringBuilder();
        try (Engine engine = Engine.create();
                RewardModel reward = RewardModel.load(engine, Checkpoints.resolve(model))) {
            List<Preference> preferences = new ArrayList<>();
            PreferenceData.forEach(input, preference -> {
                reward.check(preference);
                preferences.add(preference);
            });
            for (ScoredPair pair : reward.score(preferences)) {
                ObjectNode line = PreferenceData.toJson(pair.preference());
                line.put("chosen_reward", pair.chosen()).put("rejected_reward", pair.rejected());
                lines.append(line).append('\n');
            }
        }
        if (output != null) {
            DurableFiles.write(output, lines.toString().getBytes(StandardCharsets.UTF_8));
        } else {
            PrintWriter out = spec.commandLine().getOut();
            out.print(lines);
            out.flush();
        }
        return 0;
    }
}
