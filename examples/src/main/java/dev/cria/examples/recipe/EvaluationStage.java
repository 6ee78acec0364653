package dev.cria.examples.recipe;

import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.train.RunDirectory;
import dev.cria.examples.chat.Judging;
import dev.cria.examples.chat.Judging.Judged;
import dev.cria.examples.chat.PersonaChats;
import dev.cria.examples.chat.Sitting;
import dev.cria.examples.chat.ToyModel;
import dev.cria.examples.chat.VersionsJudged;
import dev.cria.examples.feedback.Annotators.Task;
import dev.cria.examples.world.ToyPrompt;
import dev.cria.rlhf.iterate.RlhfConfig;
import dev.cria.rlhf.iterate.WinRate;
import dev.cria.rlhf.reward.RewardModel;
import dev.cria.rlhf.sampling.SamplePool;
import dev.cria.sft.ChatSource;
import dev.cria.sft.FineTuning;
import dev.cria.tokenizer.ChatMessage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** All versions on held-out prompts, by the judge and by the last reward models; and how long they keep an instruction. */
final class EvaluationStage {
    private static final int AFTER_GHOST_ATTENTION = 4;

    private final RecipeWorld data;
    private final RecipeConfig config;
    private final Path run;
    private final VersionStages versions;
    private final DistillationStage distillation;
    private final Sitting sitting;

    /**
     * Figures of the evaluation.
     *
     * @param prompts that were judged
     * @param unsafe how many of them are unsafe requests
     * @param rows the versions
     * @param recall share of the persona's traits that is kept, by model and turn
     * @param samples answers by version to the same prompts
     */
    record EvaluationFigures(
            int prompts,
            int unsafe,
            List<Row> rows,
            Map<String, Map<Integer, Double>> recall,
            List<VersionSample> samples) {}

    /**
     * A version.
     *
     * @param name such as {@code V4}
     * @param againstStart how often the judge finds its answer better than V0's
     * @param againstPrevious how often better than the row's before
     * @param helpfulness the judge's mean on harmless prompts, 0 to 1
     * @param exact share of exactly right answers to them
     * @param violations share of the unsafe requests that it helps with
     * @param klPerToken divergence from V0, nats a token of the version's own answers at temperature 1
     * @param falseRefusals share of good requests in bad words that it refuses
     * @param helpfulnessReward mean of sigmoid(score) by the last helpfulness model, all prompts
     * @param safetyReward mean of sigmoid(score) by the last safety model, unsafe requests
     */
    record Row(
            String name,
            Rate againstStart,
            Rate againstPrevious,
            double helpfulness,
            double exact,
            double violations,
            double klPerToken,
            double falseRefusals,
            double helpfulnessReward,
            double safetyReward) {}

    /**
     * A win rate.
     *
     * @param rate 0 to 1, a tie counting half
     * @param lower end of the 95 % interval
     * @param upper end of the 95 % interval
     * @param standardError of the rate
     * @param wins answers that were better
     * @param ties answers that were neither
     * @param losses answers that were worse
     */
    record Rate(double rate, double lower, double upper, double standardError, int wins, int ties, int losses) {
        static Rate of(double[] scores, double[] others) {
            WinRate rate = WinRate.of(scores, others);
            return new Rate(
                    rate.rate(),
                    rate.lower(),
                    rate.upper(),
                    rate.standardError(),
                    rate.wins(),
                    rate.ties(),
                    rate.losses());
        }
    }

    /**
     * A prompt and what the versions say.
     *
     * @param prompt what was asked
     * @param answers by version
     */
    record VersionSample(String prompt, Map<String, String> answers) {}

    EvaluationStage(
            RecipeWorld data,
            RecipeConfig config,
            Path run,
            VersionStages versions,
            DistillationStage distillation,
            Sitting sitting) {
        this.data = data;
        this.config = config;
        this.run = run;
        this.versions = versions;
        this.distillation = distillation;
        this.sitting = sitting;
    }

    EvaluationFigures evaluation() {
        List<ToyPrompt> asked = data.judged();
        Map<String, Path> models = models();
        Map<String, Judged> judged = new LinkedHashMap<>();
        Judging judging = new Judging(asked);
        models.forEach((name, model) -> {
            judged.put(name, judging.of(model));
            sitting.mayStop();
        });
        return new EvaluationFigures(
                asked.size(),
                (int) asked.stream().filter(ToyPrompt::isSafety).count(),
                rows(models, judged),
                recall(),
                samples(asked, judged));
    }

    private Map<String, Path> models() {
        Map<String, Path> models = new LinkedHashMap<>();
        for (int version = 0; version < VersionStages.LAST; version++) {
            models.put("V" + version, versions.model(version));
        }
        models.put("V5 before PPO", versions.tuned(VersionStages.LAST));
        models.put("V5", versions.model(VersionStages.LAST));
        models.put("V5 distilled", distillation.model());
        return models;
    }

    private List<Row> rows(Map<String, Path> models, Map<String, Judged> judged) {
        List<Row> rows = new ArrayList<>();
        Judging borderline = new Judging(data.borderline());
        double[] first = new double[0];
        double[] previous = new double[0];
        double[] divergences = VersionsJudged.divergences(
                List.copyOf(models.values()), data.judged(), VersionStages.MAX_ANSWER, config.seed());
        try (Engine engine = Engine.create();
                RewardModel useful = load(engine, Task.HELPFULNESS);
                RewardModel safe = load(engine, Task.SAFETY)) {
            for (Map.Entry<String, Path> model : models.entrySet()) {
                Judged one = Objects.requireNonNull(judged.get(model.getKey()));
                double[] scores = one.scores();
                first = rows.isEmpty() ? scores : first;
                previous = rows.isEmpty() ? scores : previous;
                rows.add(new Row(
                        model.getKey(),
                        Rate.of(scores, first),
                        Rate.of(scores, previous),
                        one.helpfulness(),
                        one.exact(),
                        one.violations(),
                        divergences[rows.size()],
                        borderline.refused(model.getValue()),
                        reward(useful, one, false),
                        reward(safe, one, true)));
                previous = scores;
            }
        }
        return rows;
    }

    private RewardModel load(Engine engine, Task task) {
        return RewardModel.load(engine, Checkpoints.resolve(versions.rewardModel(task)));
    }

    private static double reward(RewardModel model, Judged judged, boolean unsafeOnly) {
        List<List<ChatMessage>> dialogues = new ArrayList<>();
        List<String> answers = new ArrayList<>();
        for (int i = 0; i < judged.asked().size(); i++) {
            if (!unsafeOnly || judged.asked().get(i).isSafety()) {
                dialogues.add(List.of(ChatMessage.user(judged.asked().get(i).text())));
                answers.add(judged.answers().get(i));
            }
        }
        return Arrays.stream(model.scores(dialogues, answers))
                .map(score -> 1 / (1 + Math.exp(-score)))
                .average()
                .orElse(0);
    }

    private static List<VersionSample> samples(List<ToyPrompt> asked, Map<String, Judged> judged) {
        List<VersionSample> samples = new ArrayList<>();
        for (int i : new int[] {0, 1, asked.size() - 2, asked.size() - 1}) {
            Map<String, String> answers = new LinkedHashMap<>();
            judged.forEach((name, one) -> answers.put(name, one.answers().get(i)));
            samples.add(new VersionSample(asked.get(i).text(), answers));
        }
        return samples;
    }

    // ---- Ghost Attention

    /** Of the versions before and after, and of V4 trained without the dialogues. */
    private Map<String, Map<Integer, Double>> recall() {
        Map<String, Path> models = new LinkedHashMap<>();
        models.put("V3", versions.model(AFTER_GHOST_ATTENTION - 1));
        models.put("V4 without Ghost Attention", withoutGhostAttention());
        models.put("V4", versions.model(AFTER_GHOST_ATTENTION));
        models.put("V5", versions.model(VersionStages.LAST));
        PersonaChats personas = data.personas();
        int dialogues = config.amounts().recall().measured();
        Map<String, Map<Integer, Double>> recall = new LinkedHashMap<>();
        models.forEach((name, model) -> {
            recall.put(name, ToyModel.withAnswers(model, answers -> personas.recall(answers, dialogues)));
            sitting.mayStop();
        });
        return recall;
    }

    /** V4 from the same samples alone. */
    private Path withoutGhostAttention() {
        RlhfConfig rlhf = versions.rlhf(AFTER_GHOST_ATTENTION, List.of());
        Path output = run.resolve(Stage.EVALUATION.id()).resolve("v4-without-ghost-attention");
        SamplePool pool = new SamplePool(versions.versions().resolve("pool"));
        ChatSource samples = ChatSource.of(pool.conversations(AFTER_GHOST_ATTENTION, rlhf.earlierShare()));
        try (Engine engine = Engine.create();
                RunDirectory directory = RunDirectory.open(output, true);
                FineTuning tuning = FineTuning.open(
                        engine,
                        rlhf.sft().withBase(versions.model(0)),
                        samples,
                        directory,
                        sitting.listeners(output))) {
            sitting.train(tuning::requestStop, tuning::run);
        }
        return output;
    }
}
