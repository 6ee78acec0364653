package dev.cria.rlhf.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.checkpoint.Safetensors;
import dev.cria.core.config.ConfigLoader;
import dev.cria.core.io.InvalidFileException;
import dev.cria.core.train.MetricsFile;
import dev.cria.core.train.RunDirectory;
import dev.cria.core.train.StepReport;
import dev.cria.core.train.TrainingListener;
import dev.cria.core.train.TrainingLoop;
import dev.cria.model.Llama;
import dev.cria.model.TinyModels;
import dev.cria.rlhf.Comparisons;
import dev.cria.rlhf.preference.Preference;
import dev.cria.rlhf.preference.PreferenceSource;
import dev.cria.tokenizer.ByteTokenizer;
import dev.cria.tokenizer.ChatMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RewardTrainerTest {
    private static final List<Preference> KIND = Comparisons.kind(60, "kind");

    @TempDir
    private Path directory;

    private Path base;

    @BeforeEach
    void makeBase() throws IOException {
        base = Files.createDirectory(directory.resolve("base"));
        try (Engine engine = Engine.create();
                Llama model = TinyModels.llama(engine, 1)) {
            model.save(base);
            new ByteTokenizer().save(base);
        }
    }

    @Test
    void learnsToPreferKindAnswersAndToKnowUnsafeOnes() throws IOException {
        Path run = directory.resolve("run");
        TrainingLoop.Result result = train(run, config("kind=safety", "data.epochs=6"), false, List.of());

        assertThat(result.completed()).isTrue();
        assertThat(result.steps()).isEqualTo(6 * 7); // 54 pairs in batches of 8, an epoch's last has 6
        assertThat(Files.readString(run.resolve(RewardEvaluation.FILE)))
                .contains("\"by_rating\"", "\"unsafe_recall\"", "\"kind\"");
        assertThat(Files.readAllLines(run.resolve(MetricsFile.NAME)))
                .last()
                .asString()
                .contains("\"accuracy\"", "\"safety_loss\"", "\"val_loss\"");
        try (Engine engine = Engine.create();
                RewardModel model = RewardModel.load(engine, Checkpoints.resolve(run))) {
            double[] scores = model.scores(
                    List.of(List.of(ChatMessage.user("Question 3?")), List.of(ChatMessage.user("Question 3?"))),
                    List.of("Gladly: 3", "Go away!"));
            assertThat(scores[0]).isPositive();
            assertThat(scores[1]).isNegative();
        }
    }

    @Test
    void aStoppedRunGoesOnToTheSameBytesAsAnUndisturbedOne() throws IOException {
        Path whole = directory.resolve("whole");
        Path halved = directory.resolve("halved");
        train(whole, config("training.steps=9", "data.epochs=2"), false, List.of());

        RewardTrainer[] trainer = new RewardTrainer[1];
        TrainingListener stopper = new TrainingListener() {
            @Override
            public void onStep(StepReport report) {
                if (report.step() == 4) {
                    trainer[0].requestStop();
                }
            }
        };
        try (Engine engine = Engine.create();
                RunDirectory run = RunDirectory.open(halved, false);
                RewardTrainer opened =
                        open(engine, config("training.steps=9", "data.epochs=2"), run, List.of(stopper))) {
            trainer[0] = opened;
            assertThat(opened.run().completed()).isFalse();
        }
        train(halved, config("training.steps=9", "data.epochs=2"), true, List.of());

        assertThat(weights(halved)).isEqualTo(weights(whole));
        assertThat(Files.readAllLines(halved.resolve(MetricsFile.NAME))).hasSize(9);
    }

    @Test
    void frozenWeightsStayAsTheyAre() throws IOException {
        Path run = directory.resolve("run");
        train(run, config("training.steps=3", "training.frozen=[model.*]"), false, List.of());

        assertThat(weight(run, "model.norm.weight")).isEqualTo(weight(base, "model.norm.weight"));
        assertThatThrownBy(() -> train(
                        directory.resolve("other"), config("training.frozen=[nothing.like.this]"), false, List.of()))
                .hasMessageContaining("training.frozen: no weight is named like 'nothing.like.this'");
    }

    private static float[] weight(Path run, String name) {
        try (Safetensors file = Safetensors.open(Checkpoints.resolve(run))) {
            return file.read(name);
        }
    }

    @Test
    void aRunThatDiedBeforeItsEvaluationIsEvaluatedWhenItGoesOn() throws IOException {
        Path run = directory.resolve("run");
        train(run, config("training.steps=2"), false, List.of());
        Path file = run.resolve(RewardEvaluation.FILE);
        String evaluation = Files.readString(file);
        Files.delete(file);
        assertThat(train(run, config("training.steps=2"), true, List.of()).newSteps())
                .isZero();
        assertThat(file).hasContent(evaluation);
    }

    @Test
    void splittingAStepIntoBatchesChangesNothingButRounding() throws IOException {
        Path one = directory.resolve("one");
        Path four = directory.resolve("four");
        train(one, config("kind=safety", "training.steps=1"), false, List.of());
        train(
                four,
                config("kind=safety", "training.steps=1", "data.batchSize=2", "training.accumulation=4"),
                false,
                List.of());
        assertThat(loss(four)).isCloseTo(loss(one), within(1e-6));
    }

    private static double loss(Path run) throws IOException {
        return new ObjectMapper()
                .readTree(Files.readAllLines(run.resolve(MetricsFile.NAME)).get(0))
                .path("loss")
                .asDouble();
    }

    @Test
    void thePapersSettingsAreTheDefaults() {
        RewardConfig config = ConfigLoader.of(RewardConfig.class).load();
        assertThat(config).isEqualTo(RewardConfig.defaults());
        assertThat(config.data().batchSize() * config.training().accumulation()).isEqualTo(512);
        assertThat(config.optimizer().learningRate()).isEqualTo(1e-5);
        assertThat(config.warmupSteps(100)).isEqualTo(5);
        assertThat(config.warmupSteps(1000)).isEqualTo(30);
        assertThat(config.othersShare()).isEqualTo(0.5);
        assertThat(config.safetyWeight()).isZero();
        RewardConfig safety =
                ConfigLoader.of(RewardConfig.class).set(List.of("kind=safety")).load();
        assertThat(safety.othersShare()).isEqualTo(0.1);
        assertThat(safety.safetyWeight()).isEqualTo(1);
    }

    @Test
    void aRewardModelIsNoBase() {
        Path run = directory.resolve("run");
        train(run, config("training.steps=1"), false, List.of());
        assertThatThrownBy(() -> train(directory.resolve("again"), config("base=" + run), false, List.of()))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("a reward or value model");
        assertThatThrownBy(() -> {
                    try (Engine engine = Engine.create()) {
                        RewardModel.load(engine, base).close();
                    }
                })
                .hasMessageContaining("no scalar head");
    }

    @Test
    void whatCannotBeTrainedOnIsRefusedBeforeTheRunBegins() {
        refuses("base names no chat model", ConfigLoader.of(RewardConfig.class).load());
        refuses("data.contextLength is 500", config("data.contextLength=500"));
        refuses("60 too long", config("data.contextLength=9"));
    }

    private void refuses(String message, RewardConfig config) {
        assertThatThrownBy(() -> train(directory.resolve("refused"), config, false, List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
        assertThat(directory.resolve("refused")).doesNotExist();
    }

    private static TrainingLoop.Result train(
            Path path, RewardConfig config, boolean resume, List<TrainingListener> listeners) {
        try (Engine engine = Engine.create();
                RunDirectory run = RunDirectory.open(path, resume);
                RewardTrainer trainer = open(engine, config, run, listeners)) {
            return trainer.run();
        }
    }

    private static RewardTrainer open(
            Engine engine, RewardConfig config, RunDirectory run, List<TrainingListener> listeners) {
        return RewardTrainer.open(
                engine, config, PreferenceSource.of(KIND), PreferenceSource.of(List.of()), run, listeners);
    }

    private static byte[] weights(Path run) throws IOException {
        return Files.readAllBytes(Checkpoints.resolve(run).resolve("model.safetensors"));
    }

    private RewardConfig config(String... settings) {
        return ConfigLoader.of(RewardConfig.class)
                .set(List.of(
                        "base=" + base,
                        "data.batchSize=8",
                        "training.accumulation=1",
                        "data.heldOut=0.1",
                        "optimizer.learningRate=3e-3",
                        "evaluation.everySteps=20"))
                .set(List.of(settings))
                .load();
    }
}
