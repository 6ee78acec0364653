package dev.cria.cli;

import dev.cria.rlhf.sampling.CombinedReward;
import dev.cria.rlhf.sampling.RewardModelsConfig;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that name reward models. */
final class RewardOptions {
    @Option(
            names = "--reward",
            required = true,
            paramLabel = "DIR",
            description = "The reward model, for helpfulness where there is one for safety too.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path reward;

    @Option(names = "--safety", paramLabel = "DIR", description = "The safety reward model.")
    private @Nullable Path safety;

    @Option(
            names = "--safety-threshold",
            paramLabel = "SCORE",
            description = "Raw safety score below which it is the reward (by default the paper's, -1.7346).")
    private double threshold = CombinedReward.PAPER_THRESHOLD;

    @Option(
            names = "--calibration",
            arity = "1..*",
            paramLabel = "FILE",
            description = "Preferences with safety labels on which the safety model's threshold is checked.")
    private List<Path> calibration = List.of();

    @Option(names = "--force", description = "Use a safety model that is not calibrated.")
    private boolean force;

    RewardModelsConfig config() {
        RewardModelsConfig defaults = RewardModelsConfig.defaults();
        return new RewardModelsConfig(
                reward, safety, threshold, calibration, defaults.leastPrecision(), defaults.leastRecall(), force, null);
    }
}
