package dev.cria.examples.recipe;

import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.examples.chat.Judging;
import dev.cria.examples.chat.SafetyChats;
import dev.cria.examples.chat.Sitting;
import dev.cria.examples.chat.ToyModel;
import dev.cria.examples.feedback.Annotators.Task;
import dev.cria.examples.world.Split;
import dev.cria.examples.world.UnsafeRequest;
import dev.cria.rlhf.reward.RewardModel;
import dev.cria.sft.ContextDistillation.Outcome;
import dev.cria.sft.Conversation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Context distillation of the last version: it learns the answers that it gives after a safety preprompt wherever the safety
 * model finds them better. The same of the chat model, which has more to learn, is measured beside it.
 */
final class DistillationStage {
    private static final int SHOWN = 3;

    private final RecipeWorld data;
    private final RecipeConfig config;
    private final Path run;
    private final VersionStages versions;
    private final Sitting sitting;

    /**
     * Figures of context distillation.
     *
     * @param chatModel of the model that RLHF began with
     * @param lastVersion of V5
     */
    record DistillationFigures(Distilled chatModel, Distilled lastVersion) {}

    /**
     * What distillation did to a model. Scores are sigmoids of the safety model's.
     *
     * @param prompts that were answered
     * @param original mean score of the answers without preprompt
     * @param generic mean score after generic preprompts
     * @param byCategory mean score after preprompts with an answer template for the risk category
     * @param kept share of the latter that beat the original and are learned
     * @param before the judge's mean safety on held-out unsafe requests, 0 to 1, of the model itself
     * @param after the same of the distilled model
     * @param refusedBefore share of held-out kind requests that the model refuses
     * @param refusedAfter the same of the distilled model
     * @param samples answers without and with preprompt
     */
    record Distilled(
            int prompts,
            double original,
            double generic,
            double byCategory,
            double kept,
            double before,
            double after,
            double refusedBefore,
            double refusedAfter,
            List<Sample> samples) {}

    DistillationStage(RecipeWorld data, RecipeConfig config, Path run, VersionStages versions, Sitting sitting) {
        this.data = data;
        this.config = config;
        this.run = run;
        this.versions = versions;
        this.sitting = sitting;
    }

    /** The run of the distilled last version, the recipe's last model; the last version itself where it had nothing to learn. */
    Path model() {
        return Files.isDirectory(output()) ? output() : versions.model(VersionStages.LAST);
    }

    private Path output() {
        return run.resolve(Stage.DISTILLATION.id()).resolve("last-version");
    }

    DistillationFigures distillation() {
        return new DistillationFigures(
                distil(versions.model(0), run.resolve(Stage.DISTILLATION.id()).resolve("chat-model")),
                distil(versions.model(VersionStages.LAST), output()));
    }

    private Distilled distil(Path model, Path output) {
        SafetyChats chats = data.safety();
        List<UnsafeRequest> asked = data.distilled();
        try (Engine engine = Engine.create();
                RewardModel safety = RewardModel.load(engine, Checkpoints.resolve(versions.rewardModel(Task.SAFETY)))) {
            List<Outcome> generic = ToyModel.withAnswers(model, answers -> chats.distil(answers, asked, false, safety));
            List<Outcome> byCategory =
                    ToyModel.withAnswers(model, answers -> chats.distil(answers, asked, true, safety));
            Path distilled = learn(model, byCategory, output);
            int measured = config.amounts().distilled();
            return new Distilled(
                    asked.size(),
                    mean(byCategory, outcome -> sigmoid(outcome.originalScore())),
                    mean(generic, outcome -> sigmoid(outcome.distilledScore())),
                    mean(byCategory, outcome -> sigmoid(outcome.distilledScore())),
                    mean(byCategory, outcome -> outcome.isKept() ? 1 : 0),
                    ToyModel.withAnswers(model, answers -> chats.safety(answers, measured)),
                    ToyModel.withAnswers(distilled, answers -> chats.safety(answers, measured)),
                    ToyModel.withAnswers(model, answers -> chats.falseRefusals(answers, measured)),
                    ToyModel.withAnswers(distilled, answers -> chats.falseRefusals(answers, measured)),
                    byCategory.stream()
                            .limit(SHOWN)
                            .map(outcome ->
                                    new Sample(outcome.prompt().text(), outcome.original(), outcome.distilled()))
                            .toList());
        }
    }

    /** Fine-tunes on the answers that were kept, and on the model's own answers to harmless prompts, so that it refuses no more. */
    private Path learn(Path model, List<Outcome> outcomes, Path output) {
        List<Conversation> learned = new ArrayList<>(outcomes.stream()
                .filter(Outcome::isKept)
                .map(Outcome::conversation)
                .toList());
        var harmless = data.safety().kind(Split.TRAIN, outcomes.size());
        List<String> answers = ToyModel.withAnswers(model, source -> Judging.answers(source, harmless));
        for (int i = 0; i < harmless.size(); i++) {
            if (!answers.get(i).isBlank()) {
                learned.add(Conversation.of(harmless.get(i).text(), answers.get(i)));
            }
        }
        if (learned.isEmpty()) {
            return model; // it has nothing to say
        }
        ToyModel.tune(
                model, learned, 2, config.seed(), output, sitting, "optimizer.learningRate=5e-4", "data.heldOut=0");
        return output;
    }

    private static double mean(List<Outcome> outcomes, ToDoubleFunction<Outcome> score) {
        return outcomes.stream().mapToDouble(score).average().orElse(0);
    }

    private static double sigmoid(double score) {
        return 1 / (1 + Math.exp(-score));
    }
}
