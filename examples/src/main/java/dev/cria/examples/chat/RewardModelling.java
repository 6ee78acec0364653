package dev.cria.examples.chat;

import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.config.ConfigLoader;
import dev.cria.core.train.LogListener;
import dev.cria.core.train.RunDirectory;
import dev.cria.examples.feedback.Annotators;
import dev.cria.examples.feedback.Annotators.Comparison;
import dev.cria.examples.feedback.Annotators.Task;
import dev.cria.examples.feedback.ToyComparisons;
import dev.cria.examples.world.Instruction;
import dev.cria.examples.world.Instructions;
import dev.cria.examples.world.Split;
import dev.cria.examples.world.ToyWorld;
import dev.cria.rlhf.preference.Preference;
import dev.cria.rlhf.preference.PreferenceSource;
import dev.cria.rlhf.preference.Rating;
import dev.cria.rlhf.reward.Margin;
import dev.cria.rlhf.reward.RewardConfig;
import dev.cria.rlhf.reward.RewardEvaluation;
import dev.cria.rlhf.reward.RewardModel;
import dev.cria.rlhf.reward.RewardTrainer;
import dev.cria.sft.Conversation;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reward models of simulated annotators in the toy world: the paper's margin ablation (table 28) for helpfulness, and the safety
 * loss (table 29) for safety, beside the accuracy that nobody could exceed.
 */
public final class RewardModelling {
    private static final Logger LOG = LoggerFactory.getLogger(RewardModelling.class);
    private static final int LOG_STEPS = 100;

    /** Pins the mean of all scores to 0: by the ranking alone the zero point is free, and the recall at it a matter of luck. */
    private static final String CENTERING = "loss.centering=0.01";

    private final ToyWorld world;
    private final Path chat;
    private final Setting setting;
    private final Path directory;
    private final ToyComparisons comparisons;

    private RewardModelling(ToyWorld world, Path chat, Setting setting, Path directory) {
        this.world = world;
        this.chat = chat;
        this.setting = setting;
        this.directory = directory;
        this.comparisons = new ToyComparisons(world);
    }

    /**
     * How large the experiment is.
     *
     * @param pairs comparisons for each model to learn from
     * @param heldOut comparisons for each task to measure with
     * @param settings of {@link RewardConfig}, beside those of all reward models of the toy world
     */
    public record Setting(int pairs, int heldOut, List<String> settings) {
        /** What the figures are measured with: enough held-out comparisons for a standard error below a point at each rating. */
        public static Setting standard() {
            return new Setting(20_000, 16_000, List.of());
        }
    }

    /**
     * What was measured on held-out prompts.
     *
     * @param byMargin the helpfulness model by margin
     * @param bayesHelpfulness accuracy of the best possible judge of helpfulness, by rating
     * @param withSafetyLoss the safety model with the safety loss
     * @param withoutSafetyLoss the same without
     * @param bayesSafety accuracy of the best possible judge of safety, by rating
     */
    public record Result(
            Map<Margin, RewardEvaluation> byMargin,
            Map<Rating, Double> bayesHelpfulness,
            RewardEvaluation withSafetyLoss,
            RewardEvaluation withoutSafetyLoss,
            Map<Rating, Double> bayesSafety) {}

    /** Runs it for a seed: {@code RewardModelling DIRECTORY [SEED [KEY=VALUE...]]}. A chat model that is found there is kept. */
    public static void main(String[] args) {
        long seed = args.length > 1 ? Long.parseLong(args[1]) : 1;
        Setting standard = Setting.standard();
        List<String> settings = List.of(args).subList(Math.min(2, args.length), args.length);
        ToyWorld world = ToyWorld.of(seed);
        Path directory = Path.of(args[0]);
        Path chat = chat(world, standard(), directory);
        Result result = measure(world, chat, new Setting(standard.pairs(), standard.heldOut(), settings), directory);
        LOG.info(
                "seed {}, accuracy in % by rating, from significantly to negligibly better\n{}",
                seed, RewardTable.of(result));
    }

    /** The chat model that the figures are measured with: 2 layers of 64. */
    static Size standard() {
        return new Size(64, 2, 600, 1 << 19, 200, 2, 600, 0);
    }

    /**
     * Trains five reward models from a chat model, and measures.
     *
     * @param chat the chat model's run
     * @param directory where the models' runs go; they are new
     */
    public static Result measure(ToyWorld world, Path chat, Setting setting, Path directory) {
        return new RewardModelling(world, chat, setting, directory).run();
    }

    private Result run() {
        List<Preference> useful = training(Task.HELPFULNESS);
        List<Comparison> usefulHeldOut = heldOut(Task.HELPFULNESS);
        Map<Margin, RewardEvaluation> byMargin = new EnumMap<>(Margin.class);
        for (Margin margin : Margin.values()) {
            Path run = train("helpfulness-" + margin, useful, List.of(), "loss.margin=" + margin);
            byMargin.put(margin, evaluate(run, usefulHeldOut));
        }
        List<Preference> safe = training(Task.SAFETY);
        List<Comparison> safeHeldOut = heldOut(Task.SAFETY);
        Path with = train("safety", safe, useful, "kind=safety", CENTERING);
        Path without = train("safety-ranking-only", safe, useful, "kind=safety", CENTERING, "loss.safetyWeight=0");
        return new Result(
                byMargin,
                bayes(usefulHeldOut),
                evaluate(with, safeHeldOut),
                evaluate(without, safeHeldOut),
                bayes(safeHeldOut));
    }

    /** A chat model to begin with, pretrained and fine-tuned on questions. Returns its run. */
    static Path chat(ToyWorld world, Size size, Path directory) {
        List<Conversation> chats = new Instructions(world)
                .of(Split.TRAIN).stream()
                        .limit(size.chats())
                        .map((Instruction question) -> Conversation.of(question.text(), question.reference()))
                        .toList();
        Path base = ToyModel.pretrain(world, size, directory);
        return ToyModel.tune(base, chats, size.epochs(), world.seed(), directory.resolve("chat"));
    }

    private List<Preference> training(Task task) {
        return comparisons.of(task, Annotators.of(world.seed()), Split.TRAIN, setting.pairs()).stream()
                .map(Comparison::preference)
                .filter(preference -> !preference.isExcluded())
                .toList();
    }

    /** Held-out comparisons, whose safety labels are all right. */
    private List<Comparison> heldOut(Task task) {
        Annotators annotators = new Annotators(world.seed() + 1, 0.15, 0);
        return comparisons.of(task, annotators, Split.HELD_OUT, setting.heldOut()).stream()
                .filter(comparison -> !comparison.preference().isExcluded())
                .toList();
    }

    private Path train(String name, List<Preference> own, List<Preference> others, String... settings) {
        RewardConfig config = ConfigLoader.of(RewardConfig.class)
                .set(List.of(
                        "base=" + chat,
                        "data.contextLength=256",
                        "data.batchSize=32",
                        "data.heldOut=0",
                        "training.accumulation=1",
                        "training.seed=" + world.seed(),
                        "optimizer.learningRate=2e-3"))
                .set(setting.settings())
                .set(List.of(settings))
                .load();
        Path path = directory.resolve(name.toLowerCase(Locale.ROOT));
        try (Engine engine = Engine.create();
                RunDirectory run = RunDirectory.open(path, false);
                RewardTrainer trainer = RewardTrainer.open(
                        engine,
                        config,
                        PreferenceSource.of(own),
                        PreferenceSource.of(others),
                        run,
                        List.of(new LogListener(LOG_STEPS)))) {
            trainer.run();
        }
        return path;
    }

    private static RewardEvaluation evaluate(Path run, List<Comparison> heldOut) {
        try (Engine engine = Engine.create();
                RewardModel model = RewardModel.load(engine, Checkpoints.resolve(run))) {
            return RewardEvaluation.of(
                    model.score(heldOut.stream().map(Comparison::preference).toList()));
        }
    }

    private static Map<Rating, Double> bayes(List<Comparison> heldOut) {
        Map<Rating, Double> shares = new EnumMap<>(Rating.class);
        for (Rating rating : Rating.values()) {
            heldOut.stream()
                    .filter(comparison -> comparison.preference().rating() == rating)
                    .mapToDouble(Comparison::bayesAccuracy)
                    .average()
                    .ifPresent(share -> shares.put(rating, share));
        }
        return shares;
    }
}
