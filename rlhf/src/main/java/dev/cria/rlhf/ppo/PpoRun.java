package dev.cria.rlhf.ppo;

import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.random.CounterRandom;
import dev.cria.core.train.MetricsFile;
import dev.cria.core.train.RunDirectory;
import dev.cria.core.train.TrainingListener;
import dev.cria.core.train.TrainingLoop.Result;
import dev.cria.model.Llama;
import dev.cria.model.ScalarModel;
import dev.cria.model.generation.TextGenerator;
import dev.cria.rlhf.sampling.AnswerSampler.PromptEncoder;
import dev.cria.rlhf.sampling.ModelFingerprint;
import dev.cria.rlhf.sampling.PromptFile;
import dev.cria.rlhf.sampling.RewardFunction;
import dev.cria.rlhf.sampling.RewardModels;
import dev.cria.rlhf.sampling.RlPrompt;
import dev.cria.tokenizer.ChatFormat;
import dev.cria.tokenizer.ChatFormat.MarkPolicy;
import dev.cria.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A run of {@link PpoTrainer} on files, new or continued from its newest checkpoint. Owns all its models. */
public final class PpoRun implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PpoRun.class);

    private final Deque<AutoCloseable> resources;
    private final PpoTrainer trainer;

    private PpoRun(Deque<AutoCloseable> resources, PpoTrainer trainer) {
        this.resources = resources;
        this.trainer = trainer;
    }

    /**
     * Opens a run.
     *
     * @param engine what it computes on; stays open when the run is closed
     * @param config the settings
     * @param run the run's directory
     * @param listeners who watches, besides the metrics file
     * @throws IllegalArgumentException if a model or the prompts cannot be used
     */
    public static PpoRun open(Engine engine, PpoConfig config, RunDirectory run, List<TrainingListener> listeners) {
        return open(engine, config, run, listeners, null);
    }

    /**
     * Opens a run with a reward of one's own.
     *
     * @param engine what it computes on; stays open when the run is closed
     * @param config the settings; with a reward of one's own those of reward models are not looked at, and the value model begins with the
     *     policy's body and a head of zeros unless {@code value} names a reward model
     * @param run the run's directory
     * @param listeners who watches, besides the metrics file
     * @param rewards what answers are rewarded for; null for the configuration's reward models
     * @throws IllegalArgumentException if a model or the prompts cannot be used
     */
    public static PpoRun open(
            Engine engine,
            PpoConfig config,
            RunDirectory run,
            List<TrainingListener> listeners,
            @Nullable RewardFunction rewards) {
        Deque<AutoCloseable> resources = new ArrayDeque<>();
        try {
            return open(engine, config, run, listeners, rewards, resources);
        } catch (RuntimeException e) {
            closeAll(resources, e);
            throw e;
        }
    }

    private static PpoRun open(
            Engine engine,
            PpoConfig config,
            RunDirectory run,
            List<TrainingListener> listeners,
            @Nullable RewardFunction own,
            Deque<AutoCloseable> resources) {
        Path start = Checkpoints.resolve(named(config.policy(), "policy names no model to train"));
        Path referenceDirectory = config.reference() == null ? start : Checkpoints.resolve(config.reference());
        Optional<Path> checkpoint = Checkpoints.of(run.path()).newest();
        Tokenizer tokenizer = Tokenizer.load(start);
        ChatFormat format = ChatFormat.load(start, tokenizer, MarkPolicy.ESCAPE);
        @Nullable
        RewardModels models =
                own == null ? keep(resources, RewardModels.open(engine, config.reward(), tokenizer)) : null;
        Llama policy = keep(
                resources,
                Llama.load(
                        engine,
                        checkpoint.map(c -> c.resolve(Checkpoints.POLICY)).orElse(start)));
        Llama reference = keep(resources, Llama.loadForInference(engine, referenceDirectory));
        ScalarModel value = keep(
                resources,
                checkpoint
                        .map(c -> ScalarModel.load(engine, c.resolve(PpoCheckpoints.VALUE), name -> true))
                        .orElseGet(() -> newValue(engine, config, start, own != null)));
        TextGenerator generator = keep(
                resources, new TextGenerator(policy, tokenizer, config.rollout().sequences()));
        PromptEncoder encoder = prompt -> format.encode(prompt.messages()).ids();
        Prompts prompts = Prompts.read(config, encoder, policy.config().maxPositionEmbeddings());
        String fingerprint = ModelFingerprint.of(referenceDirectory);
        run.writeConfig(config);
        List<TrainingListener> all = new ArrayList<>(List.of(new MetricsFile(run.path())));
        all.addAll(listeners);
        PpoTrainer trainer = keep(
                resources,
                new PpoTrainer(new PpoSetup(
                        config,
                        new PpoModels(policy, reference, value),
                        generator,
                        encoder,
                        models == null ? Objects.requireNonNull(own) : models.function(),
                        models == null ? null : models.judge(),
                        prompts.learned(),
                        prompts.heldOut(),
                        fingerprint,
                        fingerprint.equals(ModelFingerprint.of(start)),
                        run.path(),
                        directory -> {
                            tokenizer.save(directory);
                            format.save(directory);
                        },
                        all)));
        checkpoint.ifPresent(trainer::resume);
        return new PpoRun(resources, trainer);
    }

    private static ScalarModel newValue(Engine engine, PpoConfig config, Path policy, boolean ownReward) {
        if (ownReward && config.value() == null) {
            return ScalarModel.fromLanguageModel(
                    engine, policy, 0, config.training().seed(), name -> true);
        }
        return ScalarModel.load(engine, valueStart(config), name -> true);
    }

    private static Path valueStart(PpoConfig config) {
        Path value = config.value() == null ? config.reward().helpfulness() : config.value();
        return Checkpoints.resolve(named(value, "neither value nor reward.helpfulness names a reward model"));
    }

    private static Path named(@Nullable Path path, String otherwise) {
        if (path == null) {
            throw new IllegalArgumentException(otherwise);
        }
        return path;
    }

    private static <T extends AutoCloseable> T keep(Deque<AutoCloseable> resources, T resource) {
        resources.push(resource);
        return resource;
    }

    /** Prompts to learn from and prompts to evaluate on. */
    private record Prompts(List<RlPrompt> learned, List<RlPrompt> heldOut) {
        static Prompts read(PpoConfig config, PromptEncoder encoder, int maxPositions) {
            PpoDataConfig data = config.data();
            if (data.input().isEmpty()) {
                throw new IllegalArgumentException("data.input names no prompts");
            }
            int room = maxPositions - config.rollout().maxTokens();
            List<RlPrompt> all = fitting(PromptFile.read(data.input()), encoder, room);
            if (!data.validation().isEmpty()) {
                return new Prompts(all, first(fitting(PromptFile.read(data.validation()), encoder, room), data));
            }
            int count = data.heldOut() == 0 ? 0 : (int) Math.ceil(all.size() * data.heldOut());
            int held = Math.min(Math.min(count, data.heldOutMost()), all.size() - 1);
            int[] order = CounterRandom.of(config.training().seed(), "held-out prompts", 0)
                    .permutation(all.size());
            List<RlPrompt> learned = new ArrayList<>();
            List<RlPrompt> heldOut = new ArrayList<>();
            for (int i = 0; i < order.length; i++) {
                (i < held ? heldOut : learned).add(all.get(order[i]));
            }
            return new Prompts(learned, heldOut);
        }

        private static List<RlPrompt> first(List<RlPrompt> prompts, PpoDataConfig data) {
            return prompts.subList(0, Math.min(prompts.size(), data.heldOutMost()));
        }

        private static List<RlPrompt> fitting(List<RlPrompt> prompts, PromptEncoder encoder, int room) {
            List<RlPrompt> fitting = prompts.stream()
                    .filter(prompt -> encoder.encode(prompt).length <= room)
                    .toList();
            if (fitting.isEmpty()) {
                throw new IllegalArgumentException(
                        "none of %d prompts is short enough: the model's context less rollout.maxTokens leaves %d tokens; make rollout.maxTokens smaller"
                                .formatted(prompts.size(), room));
            }
            if (fitting.size() < prompts.size()) {
                LOG.warn(
                        "{} of {} prompts are longer than the {} tokens that rollout.maxTokens leaves and are not used",
                        prompts.size() - fitting.size(),
                        prompts.size(),
                        room);
            }
            return fitting;
        }
    }

    /** Trains to the end, or until asked to stop. */
    public Result run() {
        return trainer.run();
    }

    /** Asks the run to end after the present rollout or gradient step, with a checkpoint. May be called from any thread. */
    public void requestStop() {
        trainer.requestStop();
    }

    /** Frees all models. */
    @Override
    public void close() {
        RuntimeException failure = closeAll(resources, null);
        if (failure != null) {
            throw failure;
        }
    }

    /** Closes the newest first, the others also where one fails; returns the first failure with the later ones added. */
    static @Nullable RuntimeException closeAll(Deque<AutoCloseable> resources, @Nullable RuntimeException earlier) {
        RuntimeException failure = earlier;
        while (!resources.isEmpty()) {
            try {
                resources.pop().close();
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            } catch (Exception e) {
                throw new AssertionError("none of these throws checked exceptions", e);
            }
        }
        return failure;
    }
}
