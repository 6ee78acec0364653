package dev.cria.rlhf.iterate;

import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.random.CounterRandom;
import dev.cria.rlhf.iterate.PreferenceCollection.Task;
import dev.cria.rlhf.preference.Preference;
import dev.cria.rlhf.preference.PreferenceData;
import dev.cria.rlhf.reward.RewardConfig;
import dev.cria.rlhf.sampling.ModelFingerprint;
import dev.cria.rlhf.sampling.RewardModelsConfig;
import dev.cria.rlhf.sampling.RlPrompt;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rounds of a run: where their files lie, what they have left, and what a step works from. */
final class Rounds {
    private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);

    private final RlhfConfig config;
    private final Path run;
    private final RoundLedger ledger;
    private final List<RlPrompt> prompts;

    Rounds(RlhfConfig config, Path run, RoundLedger ledger, List<RlPrompt> prompts) {
        this.config = config;
        this.run = run;
        this.ledger = ledger;
        this.prompts = List.copyOf(prompts);
    }

    /**
     * The model of a version; 0 is the one that the run began with.
     *
     * @throws IllegalStateException if it is not there yet
     */
    Path model(int version) {
        Path start = config.policy();
        if (version == 0) {
            if (start == null) {
                throw new IllegalArgumentException("policy names no chat model to begin with");
            }
            return Checkpoints.resolve(start);
        }
        return ledger.find(version, "ppo")
                .or(() -> ledger.find(version, "sft"))
                .map(entry -> Checkpoints.resolve(run.resolve(entry.output())))
                .orElseThrow(() -> new IllegalStateException("version " + version + " is not done yet"));
    }

    /** Which models a step works from. */
    Map<String, String> inputs(int version, String name) {
        Map<String, String> inputs = new LinkedHashMap<>();
        switch (name) {
            case "comparisons" -> {
                put(inputs, "newest", model(version - 1));
                put(inputs, "other", model(Math.max(0, version - 2)));
            }
            case "best-of" -> put(inputs, "policy", model(version - 1));
            case "sft" -> put(inputs, "base", Checkpoints.resolve(start(version)));
            case "ppo" -> put(inputs, "policy", model(version));
            default -> {}
        }
        if (name.equals("best-of") || name.equals("ppo")) {
            RewardModelsConfig rewards = rewards(version);
            put(inputs, "helpfulness", Checkpoints.resolve(rewardModel(version, Task.HELPFULNESS)));
            Path safety = rewards.safety();
            if (safety != null) {
                put(inputs, "safety", Checkpoints.resolve(safety));
            }
        }
        return inputs;
    }

    private void put(Map<String, String> inputs, String name, Path model) {
        inputs.put(name, model.startsWith(run) ? run.relativize(model).toString() : model.toString());
        inputs.put(name + "_sha256", ModelFingerprint.of(model));
    }

    /** What a version is fine-tuned from. */
    Path start(int version) {
        return model(config.start() == RlhfConfig.Start.BASE ? 0 : version - 1);
    }

    /** The directory of a version. */
    Path directory(int version) {
        return run.resolve(String.format(Locale.ROOT, "round-%02d", version));
    }

    /** A task's name in directories and in the ledger. */
    static String name(Task task) {
        return task.name().toLowerCase(Locale.ROOT);
    }

    /** A seed for one purpose in one version. */
    long seed(String purpose, int version) {
        return CounterRandom.of(config.seed(), purpose, version).bits(0);
    }

    /** The seed of a version's rejection sampling: one of the random numbers for it, by {@code bestOf.seed} from 1. */
    long samplingSeed(int version) {
        return CounterRandom.of(config.seed(), "best-of", version)
                .bits(config.bestOf().seed() - 1);
    }

    /** The seed of a version's PPO: the key's in the first version that has PPO, the next number in the next. */
    long ppoSeed(int version) {
        return config.ppo().training().seed() + version - config.ppoFrom();
    }

    /** The round's own choice of prompts. */
    List<RlPrompt> pick(String purpose, int version, int count) {
        int[] order = CounterRandom.of(config.seed(), purpose, version).permutation(prompts.size());
        List<RlPrompt> picked = new ArrayList<>();
        for (int i = 0; i < Math.min(count, order.length); i++) {
            picked.add(prompts.get(order[i]));
        }
        return picked;
    }

    /** How the reward models of a task are trained. */
    RewardConfig training(Task task) {
        return task == Task.SAFETY ? config.safety() : config.helpfulness();
    }

    /** The preferences that a version's reward model of a task learns from: those with safety labels where it learns these. */
    List<Preference> learned(int version, Task task) {
        List<Preference> all = preferences(version, task);
        if (training(task).safetyWeight() == 0) {
            return all;
        }
        List<Preference> labelled = all.stream().filter(p -> p.safety() != null).toList();
        if (labelled.size() < all.size()) {
            LOG.warn(
                    "{} of {} comparisons for {} have no safety labels and are left out",
                    all.size() - labelled.size(),
                    all.size(),
                    name(task));
        }
        return labelled;
    }

    /** The preferences of a task up to a version: those of all rounds, after what was there before. */
    List<Preference> preferences(int version, Task task) {
        List<Preference> all = new ArrayList<>();
        training(task).data().input().forEach(file -> all.addAll(PreferenceData.read(file)));
        for (int round = 1; round <= version; round++) {
            all.addAll(PreferenceCollection.read(directory(round), task, false));
        }
        return all;
    }

    private Path rewardModel(int version, Task task) {
        return find(version, task)
                .orElseThrow(() -> new IllegalArgumentException(
                        "no preference for %s has been collected by round %d; collect more prompts"
                                .formatted(name(task), version)));
    }

    /** The newest reward model of a task. */
    private Optional<Path> find(int version, Task task) {
        for (int round = version; round >= 1; round--) {
            Optional<RoundLedger.Entry> entry = ledger.find(round, name(task));
            if (entry.isPresent()) {
                return entry.map(found -> run.resolve(found.output()));
            }
        }
        return Optional.empty();
    }

    /**
     * The reward models that a version optimises.
     *
     * @throws IllegalArgumentException if there is a safety model whose threshold nothing tells about
     */
    RewardModelsConfig rewards(int version) {
        Optional<Path> safety = find(version, Task.SAFETY);
        List<Path> calibration = new ArrayList<>();
        for (int round = 1; round <= version; round++) {
            Path file = directory(round).resolve(Task.SAFETY.fileName(true));
            if (Files.exists(file)) {
                calibration.add(file);
            }
        }
        if (safety.isPresent() && calibration.isEmpty() && !config.forceSafety()) {
            throw new IllegalArgumentException(
                    "no safety prompt is among the held-out preferences by round %d, so that the safety model's threshold cannot be checked; make collection.prompts or collection.heldOut larger, or set forceSafety"
                            .formatted(version));
        }
        RewardModelsConfig settings = config.ppo().reward();
        return new RewardModelsConfig(
                rewardModel(version, Task.HELPFULNESS),
                safety.orElse(null),
                config.threshold(),
                calibration,
                settings.leastPrecision(),
                settings.leastRecall(),
                config.forceSafety(),
                settings.judge());
    }
}
