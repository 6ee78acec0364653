package dev.cria.examples.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.io.AtomicDirectory;
import dev.cria.core.train.MetricsFile;
import dev.cria.examples.chat.Judging;
import dev.cria.examples.chat.Sitting;
import dev.cria.examples.chat.Size;
import dev.cria.examples.chat.ToyModel;
import dev.cria.examples.world.NearestNeighbour;
import dev.cria.examples.world.ToyCorpus;
import dev.cria.examples.world.ToyPrompt;
import dev.cria.model.Llama;
import dev.cria.model.generation.GenerationRequest;
import dev.cria.model.generation.Sampling;
import dev.cria.model.generation.TextGenerator;
import dev.cria.sft.Conversation;
import dev.cria.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Tokenizer, pretraining, fine-tuning: from nothing to the chat model that everything else follows from. */
final class BaseStages {
    private static final List<String> BEGINNINGS = List.of("There was once", "In the morning", "The");
    private static final int EVALUATIONS = 8; // of the held-out loss in a training

    private final RecipeWorld data;
    private final RecipeConfig config;
    private final Path run;
    private final Sitting sitting;

    /**
     * Figures of the tokenizer.
     *
     * @param pieces of its vocabulary
     * @param bytesPerToken of the world's stories
     * @param example the pieces of a sentence
     */
    record TokenizerFigures(int pieces, double bytesPerToken, List<String> example) {}

    /**
     * Figures of the base model.
     *
     * @param parameters of the model
     * @param tokens trained on, repetitions counted
     * @param heldOutLoss nats a token
     * @param samples how the untrained and the trained model go on
     */
    record PretrainingFigures(long parameters, long tokens, double heldOutLoss, List<Sample> samples) {}

    /**
     * Figures of the chat model, on held-out prompts.
     *
     * @param chats learned from
     * @param heldOutLoss nats a token of the answers
     * @param exactBefore share of exactly right answers by the base model
     * @param exact the same by the chat model
     * @param nearestNeighbour the same by looking up the most similar training question
     * @param violations share of the unsafe requests that the chat model helps with
     * @param samples answers by the base and the chat model
     */
    record FineTuningFigures(
            int chats,
            double heldOutLoss,
            double exactBefore,
            double exact,
            double nearestNeighbour,
            double violations,
            List<Sample> samples) {}

    BaseStages(RecipeWorld data, RecipeConfig config, Path run, Sitting sitting) {
        this.data = data;
        this.config = config;
        this.run = run;
        this.sitting = sitting;
    }

    private Size size() {
        return config.amounts().model();
    }

    private Path directory(Stage stage) {
        return run.resolve(stage.id());
    }

    /** The tokenizer's directory. */
    private Path tokenizerDirectory() {
        return directory(Stage.TOKENIZER).resolve("model");
    }

    TokenizerFigures tokenizer() {
        AtomicDirectory.delete(tokenizerDirectory()); // a part of one, if it was left
        Tokenizer tokenizer = Tokenizer.load(ToyModel.tokenizer(data.world(), size(), tokenizerDirectory()));
        List<String> texts = ToyCorpus.documents(data.world(), 1 << 16).toList();
        long tokens =
                texts.stream().mapToLong(text -> tokenizer.encode(text).length).sum();
        long bytes = texts.stream()
                .mapToLong(text -> text.getBytes(StandardCharsets.UTF_8).length)
                .sum();
        String sentence = data.judged().get(0).text();
        List<String> pieces = new ArrayList<>();
        for (int id : tokenizer.encode(sentence)) {
            pieces.add(tokenizer.decode(new int[] {id}));
        }
        return new TokenizerFigures(tokenizer.vocabSize(), (double) bytes / tokens, pieces);
    }

    PretrainingFigures pretraining() {
        Path directory = directory(Stage.PRETRAINING);
        int steps = size().pretrainSteps();
        ToyModel.pretrain(
                data.world(),
                size(),
                tokenizerDirectory(),
                directory,
                sitting,
                "training.seed=" + config.seed(),
                "optimizer.warmupSteps=" + Math.min(100, steps / 4),
                "evaluation.everySteps=" + Math.max(1, steps / EVALUATIONS),
                "checkpoint.everySteps=100",
                "checkpoint.keepLast=1");
        List<JsonNode> metrics = MetricsFile.read(directory);
        JsonNode last = metrics.get(metrics.size() - 1);
        try (Engine engine = Engine.create();
                Llama model = Llama.loadForInference(engine, Checkpoints.resolve(directory))) {
            Tokenizer tokenizer = Tokenizer.load(Checkpoints.resolve(directory));
            try (Llama untrained = Llama.random(engine, model.config(), config.seed())) {
                return new PretrainingFigures(
                        model.config().parameterCount(),
                        last.path("tokens").asLong(),
                        last.path("val_loss").asDouble(),
                        Sample.of(BEGINNINGS, continued(untrained, tokenizer), continued(model, tokenizer)));
            }
        }
    }

    private List<String> continued(Llama model, Tokenizer tokenizer) {
        Sampling sampling =
                Sampling.plain().withTemperature(0.7).withMaxTokens(40).withSeed(config.seed());
        try (TextGenerator generator = new TextGenerator(model, tokenizer)) {
            return generator
                    .generateAll(BEGINNINGS.stream()
                            .map(text -> new GenerationRequest(generator.encode(text), sampling, 1))
                            .toList())
                    .stream()
                    .map(samples -> samples.get(0).text())
                    .toList();
        }
    }

    FineTuningFigures fineTuning() {
        Path base = directory(Stage.PRETRAINING);
        Path directory = directory(Stage.FINE_TUNING);
        List<Conversation> chats = data.chats();
        ToyModel.tune(
                base,
                chats,
                size().epochs(),
                config.seed(),
                directory,
                sitting,
                "evaluation.everySteps=100",
                "checkpoint.everySteps=200",
                "checkpoint.keepLast=1");
        List<ToyPrompt> asked = data.judged();
        Judging judging = new Judging(asked);
        Judging.Judged before = judging.of(base);
        Judging.Judged after = judging.of(directory);
        List<Integer> shown = List.of(0, 1, asked.size() - 2, asked.size() - 1);
        List<JsonNode> metrics = MetricsFile.read(directory);
        return new FineTuningFigures(
                chats.size(),
                metrics.get(metrics.size() - 1).path("val_loss").asDouble(),
                before.exact(),
                after.exact(),
                nearest(asked),
                after.violations(),
                shown.stream()
                        .map(i -> new Sample(
                                asked.get(i).text(),
                                before.answers().get(i),
                                after.answers().get(i)))
                        .toList());
    }

    private double nearest(List<ToyPrompt> asked) {
        NearestNeighbour nearest = new NearestNeighbour(data.learnedQuestions());
        return new Judging(asked.stream().filter(prompt -> !prompt.isSafety()).toList())
                .of(dialogues -> dialogues.stream()
                        .map(dialogue -> nearest.answer(dialogue.get(0).content()))
                        .toList())
                .exact();
    }
}
