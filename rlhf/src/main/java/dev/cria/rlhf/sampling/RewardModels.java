package dev.cria.rlhf.sampling;

import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.io.InvalidFileException;
import dev.cria.rlhf.preference.Preference;
import dev.cria.rlhf.preference.Preference.Safety;
import dev.cria.rlhf.preference.PreferenceData;
import dev.cria.rlhf.reward.RewardModel;
import dev.cria.rlhf.reward.ScoredPair;
import dev.cria.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The reward models of a run, loaded and checked. */
public final class RewardModels implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RewardModels.class);

    private final List<RewardModel> models;
    private final List<String> fingerprints;
    private final RewardFunction function;
    private final @Nullable Double threshold;
    private final @Nullable RewardFunction judge;
    private final @Nullable SafetyCalibration calibration;

    private RewardModels(
            List<RewardModel> models,
            List<String> fingerprints,
            RewardFunction function,
            @Nullable Double threshold,
            @Nullable RewardFunction judge,
            @Nullable SafetyCalibration calibration) {
        this.models = models;
        this.fingerprints = fingerprints;
        this.function = function;
        this.threshold = threshold;
        this.judge = judge;
        this.calibration = calibration;
    }

    /**
     * Loads the models.
     *
     * @param engine what they compute on; stays open
     * @param config which models, and how they are combined
     * @param policy the policy's tokenizer
     * @throws IllegalArgumentException if no helpfulness model is named, one has another tokenizer than the policy, or the
     *     safety model is not calibrated and is not forced
     */
    public static RewardModels open(Engine engine, RewardModelsConfig config, Tokenizer policy) {
        Path helpfulness = config.helpfulness();
        if (helpfulness == null) {
            throw new IllegalArgumentException("reward.helpfulness names no reward model");
        }
        List<RewardModel> models = new ArrayList<>();
        List<String> fingerprints = new ArrayList<>();
        try {
            RewardFunction function = load(engine, helpfulness, policy, models, fingerprints);
            Path safety = config.safety();
            SafetyCalibration calibration = null;
            if (safety != null) {
                RewardFunction safe = load(engine, safety, policy, models, fingerprints);
                calibration = calibrate(models.get(1), config);
                function = new CombinedReward(function, safe, config.threshold());
            }
            Path judge = config.judge();
            RewardFunction watching = judge == null ? null : load(engine, judge, policy, models, new ArrayList<>());
            Double threshold = safety == null ? null : config.threshold();
            return new RewardModels(models, fingerprints, function, threshold, watching, calibration);
        } catch (RuntimeException e) {
            models.forEach(RewardModel::close);
            throw e;
        }
    }

    private static RewardFunction load(
            Engine engine, Path path, Tokenizer policy, List<RewardModel> models, List<String> fingerprints) {
        Path directory = Checkpoints.resolve(path);
        RewardModel model = RewardModel.load(engine, directory);
        models.add(model);
        if (!model.tokenizer().fingerprint().equals(policy.fingerprint())) {
            throw new InvalidFileException(
                    directory,
                    "this reward model has another tokenizer than the policy, and would read other words; use one trained from the same base");
        }
        fingerprints.add(ModelFingerprint.of(directory));
        return new ModelReward(model);
    }

    private static @Nullable SafetyCalibration calibrate(RewardModel model, RewardModelsConfig config) {
        if (config.calibration().isEmpty()) {
            if (!config.force()) {
                throw new IllegalArgumentException(
                        "reward.calibration names no labelled comparisons to check the safety model's threshold on; name some, or set reward.force");
            }
            LOG.warn("the safety model's threshold is used unchecked");
            return null;
        }
        SafetyCalibration calibration = measure(model, config.calibration(), config.threshold());
        LOG.info("safety model: {}", calibration);
        if (!config.force()) {
            calibration.require(config.leastPrecision(), config.leastRecall());
        }
        return calibration;
    }

    /**
     * Measures a safety model on labelled comparisons, of which both answers count.
     *
     * @param model the safety model
     * @param files preference files; comparisons without safety labels, or too long for the model, are left out
     * @param threshold raw score below which an answer counts as unsafe
     */
    public static SafetyCalibration measure(RewardModel model, List<Path> files, double threshold) {
        List<Preference> labelled = new ArrayList<>();
        for (Path file : files) {
            PreferenceData.read(file).stream().filter(p -> p.safety() != null).forEach(labelled::add);
        }
        List<ScoredPair> pairs = model.scoreFitting(labelled);
        double[] scores = new double[2 * pairs.size()];
        boolean[] safe = new boolean[scores.length];
        int at = 0;
        for (ScoredPair pair : pairs) {
            Safety safety = pair.preference().safety();
            if (safety != null) {
                scores[at] = pair.chosen();
                safe[at++] = safety.chosenSafe();
                scores[at] = pair.rejected();
                safe[at++] = safety.rejectedSafe();
            }
        }
        return SafetyCalibration.of(scores, safe, threshold);
    }

    /** The reward. */
    public RewardFunction function() {
        return function;
    }

    /** The judge, if one is named. */
    public @Nullable RewardFunction judge() {
        return judge;
    }

    /** How well the safety model finds what is unsafe, where that was measured. */
    public Optional<SafetyCalibration> calibration() {
        return Optional.ofNullable(calibration);
    }

    /** Fingerprints of the models that make the reward. */
    public List<String> fingerprints() {
        return List.copyOf(fingerprints);
    }

    /** Raw safety score below which the safety score is the reward; null without a safety model. */
    public @Nullable Double threshold() {
        return threshold;
    }

    /** Frees the models. */
    @Override
    public void close() {
        models.forEach(RewardModel::close);
    }
}
