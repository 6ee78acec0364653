package dev.cria.rlhf.ppo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.config.ConfigLoader;
import dev.cria.core.io.InvalidFileException;
import dev.cria.core.ops.Precision;
import dev.cria.core.ops.cpu.CpuOps;
import dev.cria.core.train.MetricsFile;
import dev.cria.core.train.RunCheckpoints;
import dev.cria.core.train.TrainingFailedException;
import dev.cria.core.train.TrainingLoop.Ending;
import dev.cria.core.train.TrainingLoop.Result;
import dev.cria.model.Llama;
import dev.cria.model.LlamaConfig;
import dev.cria.model.ScalarModel;
import dev.cria.model.generation.TextGenerator;
import dev.cria.rlhf.sampling.Answer;
import dev.cria.rlhf.sampling.Reward;
import dev.cria.rlhf.sampling.RewardFunction;
import dev.cria.rlhf.sampling.RlPrompt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PpoTrainerTest {
    private static final int LETTERS = 10;
    private static final LlamaConfig SIZES =
            new LlamaConfig(LETTERS, 16, 32, 2, 2, 1, 0, 32, 1e-5, 10000, false, 0.2, 0, LETTERS - 1);
    private static final List<RlPrompt> PROMPTS = IntStream.range(0, 11)
            .mapToObj(i -> RlPrompt.of(String.valueOf((char) ('b' + i % 7)).repeat(1 + i % 3)))
            .toList();

    /** Share of the letter d in an answer: something to learn. */
    private static final RewardFunction DS = answers ->
            answers.stream().map(answer -> Reward.of(share(answer, 3))).toList();

    @TempDir
    private Path directory;

    private static double share(Answer answer, int letter) {
        return IntStream.of(answer.ids()).filter(id -> id == letter).count() / (double) answer.ids().length;
    }

    // ---- Training

    @Test
    void learnsWhatIsRewarded() throws IOException {
        Path run = directory.resolve("run");
        Result result = train(run, config("training.iterations=30", "kl.beta=0.002"), -1);
        assertThat(result.ending()).isEqualTo(Ending.COMPLETED);
        List<JsonNode> metrics = metrics(run);
        assertThat(metrics).hasSize(30);
        double first = metrics.get(0).path("reward").asDouble();
        double last = metrics.get(29).path("reward").asDouble();
        assertThat(last).isGreaterThan(first + 0.3);
        JsonNode line = metrics.get(0);
        assertThat(line.path("kl").asDouble()).isZero(); // the reference is the policy itself
        assertThat(line.path("held_out_reward").isMissingNode()).isTrue();
        assertThat(metrics.get(9).path("held_out_reward").isNumber()).isTrue();
        assertThat(line.fieldNames())
                .toIterable()
                .contains(
                        "score",
                        "kl_per_token",
                        "entropy",
                        "ratio",
                        "clip_fraction",
                        "explained_variance",
                        "answer_length",
                        "without_eos",
                        "repeated_4_grams",
                        "rollout_s",
                        "update_s");
        assertThat(Files.readAllLines(run.resolve("answers.jsonl"))).hasSize(3 * 2);
    }

    @Test
    void aRunStoppedAnywhereGoesOnToTheSameBytes() throws IOException {
        String[] settings = {"training.iterations=4", "kl.target=0.05", "kl.horizon=100"};
        Path whole = directory.resolve("whole");
        train(whole, config(settings), -1);
        // An iteration is a rollout and six gradient steps: two epochs of three mini-batches.
        for (int stop : new int[] {1, 2, 5, 8, 10, 16}) {
            Path halved = directory.resolve("halved-" + stop);
            Result result = train(halved, config(settings), stop);
            assertThat(result.ending()).as("stop after %d", stop).isEqualTo(Ending.STOPPED);
            assertThat(train(halved, config(settings), -1).ending()).isEqualTo(Ending.COMPLETED);
            for (String file : List.of("policy/model", "policy/optimizer", "value/model", "value/optimizer")) {
                Path name = Path.of(file + ".safetensors");
                assertThat(Files.mismatch(
                                newest(halved).resolve(name), newest(whole).resolve(name)))
                        .as("%s, stopped after %d", file, stop)
                        .isEqualTo(-1);
            }
            assertThat(metrics(halved)).hasSize(4);
            assertThat(metrics(halved).get(3).path("beta"))
                    .isEqualTo(metrics(whole).get(3).path("beta"));
            assertThat(metrics(halved).get(1).path("ratio_deviation"))
                    .isEqualTo(metrics(whole).get(1).path("ratio_deviation"));
        }
    }

    @Test
    void aStopInTheMiddleOfAnIterationLeavesTheBestCheckpointAsItWasEvaluated() throws IOException {
        Path first = directory.resolve("first");
        train(first, config("training.iterations=1"), -1);
        Path run = directory.resolve("run");
        String[] settings = {"training.iterations=2", "evaluation.everySteps=1"};
        train(run, config(settings), 11); // two gradient steps into the second iteration
        Path best = run.resolve("checkpoints/best");
        assertThat(best.toRealPath().getFileName()).hasToString("step-00000001");
        Path weights = Path.of("policy/model.safetensors");
        assertThat(Files.mismatch(best.resolve(weights), newest(first).resolve(weights)))
                .isEqualTo(-1);
        assertThat(PpoState.read(newest(run)).updates()).isEqualTo(2);
        train(run, config(settings), -1);
        assertThat(newest(run).getFileName()).hasToString("step-00000002");
        assertThat(PpoState.read(newest(run)).iterations()).isEqualTo(2);
    }

    @Test
    void theRateReportedIsThePolicysWhileTheValueModelWarmsUpToo() throws IOException {
        Path run = directory.resolve("run");
        train(run, config("training.iterations=2", "training.valueWarmup=1"), -1);
        assertThat(metrics(run).get(0).path("lr").asDouble()).isZero();
        assertThat(metrics(run).get(1).path("lr").asDouble()).isEqualTo(3e-3);
    }

    @Test
    void allModelsAreFreedWhereOneFails() {
        List<String> closed = new ArrayList<>();
        Deque<AutoCloseable> resources = new ArrayDeque<>();
        for (String name : List.of("first", "second", "third")) {
            resources.push(() -> {
                closed.add(name);
                if (!name.equals("first")) {
                    throw new IllegalStateException(name + " cannot be freed");
                }
            });
        }
        assertThat(PpoRun.closeAll(resources, null))
                .hasMessage("third cannot be freed")
                .hasSuppressedException(new IllegalStateException("second cannot be freed"));
        assertThat(closed).containsExactly("third", "second", "first");
    }

    @Test
    void splittingAMiniBatchChangesNothingButRounding() throws IOException {
        Path whole = directory.resolve("one");
        Path split = directory.resolve("split");
        train(whole, config("training.iterations=1"), -1);
        train(split, config("training.iterations=1", "update.accumulation=5"), -1);
        double norm = metrics(whole).get(0).path("grad_norm").asDouble();
        assertThat(metrics(split).get(0).path("grad_norm").asDouble() / norm).isBetween(1 - 1e-4, 1 + 1e-4);
    }

    @Test
    void aSingleAnswerABatchAndEqualRewardsAreNoTrouble() throws IOException {
        Path run = directory.resolve("run");
        train(run, config("training.iterations=2", "rollout.batchSize=1", "update.miniBatchSize=1"), -1);
        assertThat(metrics(run).get(0).path("score").asDouble()).isIn(0.0, -1.0);
        Path equal = directory.resolve("equal");
        run(
                equal,
                config("training.iterations=2", "score.missingEos=reward"),
                -1,
                answers -> answers.stream().map(answer -> Reward.of(7)).toList());
        assertThat(metrics(equal).get(1).path("score").asDouble()).isZero();
        assertThat(metrics(equal).get(1).path("loss").asDouble()).isFinite();
    }

    @Test
    void patienceEndsARunThatDoesNotImprove() {
        Result result = run(
                directory.resolve("run"),
                config("training.iterations=20", "evaluation.everySteps=1", "evaluation.patience=3"),
                -1,
                answers -> answers.stream().map(answer -> Reward.of(1)).toList());
        assertThat(result.ending()).isEqualTo(Ending.NO_IMPROVEMENT);
        assertThat(result.steps()).isEqualTo(4);
    }

    @Test
    void aJudgeThatFailsCostsAnEvaluationAndNotTheRun() throws IOException {
        Path run = Files.createDirectories(directory.resolve("run"));
        int[] calls = new int[1];
        RewardFunction judge = answers -> {
            if (++calls[0] == 1) {
                throw new IllegalStateException("the judge has left");
            }
            return DS.rewards(answers);
        };
        try (World world = new World(SIZES, 3, 3);
                PpoTrainer trainer = world.trainer(
                        run, config("training.iterations=2", "evaluation.everySteps=1"), DS, judge, "itself")) {
            assertThat(trainer.run().ending()).isEqualTo(Ending.COMPLETED);
        }
        assertThat(metrics(run).get(0).path("held_out_judge").isMissingNode()).isTrue();
        assertThat(metrics(run).get(1).path("held_out_judge").isNumber()).isTrue();
    }

    @Test
    void aRewardThatRisesWhileTheJudgeFallsIsNoticed() {
        List<HeldOutResult> honest = List.of(result(1, 0.1, 0.5), result(2, 0.3, 0.6));
        assertThat(RewardHacking.warning(honest)).isEmpty();
        List<HeldOutResult> hacked = List.of(result(1, 0.1, 0.5), result(2, 0.3, 0.6), result(3, 0.9, 0.2));
        assertThat(RewardHacking.warning(hacked))
                .hasValueSatisfying(text -> assertThat(text)
                        .contains("since iteration 2", "from 0.300 to 0.900", "fell from 0.600 to 0.200"));
        assertThat(RewardHacking.warning(List.of())).isEmpty();
    }

    private static HeldOutResult result(long iteration, double reward, double judge) {
        return new HeldOutResult(iteration, reward, 0.01, Map.of(), judge, 0.01);
    }

    // ---- Refusals

    @Test
    void rewardsThatAreNoNumbersAreRefused() {
        assertThatThrownBy(() -> run(
                        directory.resolve("run"),
                        config(),
                        -1,
                        answers -> answers.stream()
                                .map(answer -> Reward.of(Double.NaN))
                                .toList()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be a finite number");
    }

    @Test
    void aRewardThatDependsOnTheBatchEndsTheRun() {
        assertThatThrownBy(() -> run(
                        directory.resolve("run"),
                        config(),
                        -1,
                        answers -> answers.stream()
                                .map(answer -> Reward.of(answers.size()))
                                .toList()))
                .isInstanceOf(TrainingFailedException.class)
                .hasMessageContaining("must not depend on the batch");
    }

    @Test
    void aReferenceThatIsNotWhatItClaimsEndsTheRun() {
        try (World world = new World(SIZES, 3, 4);
                PpoTrainer trainer = world.trainer(null, config(), DS, "itself")) {
            assertThatThrownBy(trainer::run)
                    .isInstanceOf(TrainingFailedException.class)
                    .hasMessageContaining("policy and reference are the same model, yet");
        }
    }

    @Test
    void aRunGoesOnWithItsOwnReferenceOnly() {
        Path run = directory.resolve("run");
        train(run, config("training.iterations=2"), 3);
        try (World world = new World(SIZES, 3, 3);
                PpoTrainer trainer = world.trainer(run, config("training.iterations=2"), DS, "another")) {
            assertThatThrownBy(() -> trainer.resume(newest(run)))
                    .isInstanceOf(InvalidFileException.class)
                    .hasMessageContaining("go on with the same reference");
        }
    }

    @Test
    void aRunDoesNotGoOnWithAnotherSeedNorInTheMiddleOfAnIterationWithOtherRollouts() throws IOException {
        Path run = directory.resolve("run");
        train(run, config("training.iterations=2"), 3);

        assertThatThrownBy(() -> train(run, config("training.iterations=2", "rollout.batchSize=18"), 0))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("rollout.batchSize 16 -> 18");
        assertThatThrownBy(() -> train(run, config("training.iterations=2", "training.seed=6"), 0))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("training.seed 5 -> 6");
        train(run, config("training.iterations=3"), 0);
        assertThat(run.resolve(RunCheckpoints.CHANGES))
                .content()
                .contains("\"key\":\"training.iterations\",\"from\":\"2\",\"to\":\"3\"");
    }

    @Test
    void theLlama2PresetHasThePapersNumbers() {
        PpoConfig config = ConfigLoader.of(PpoConfig.class)
                .presets("", PpoConfig.presets())
                .set("preset=llama2-70b")
                .load();
        assertThat(config.kl().beta()).isEqualTo(0.005);
        assertThat(config.rollout().batchSize()).isEqualTo(512);
        assertThat(config.updates()).isEqualTo(8);
        assertThat(config.optimizer()).isEqualTo(PpoConfig.defaults().optimizer());
        assertThat(config.optimizer().eps()).isEqualTo(1e-5);
    }

    // ---- The world

    /** Three models with a way to read prompts of letters. */
    private static final class World implements AutoCloseable {
        private final Engine engine = Engine.of(new CpuOps(1, Precision.FP32));
        private final PpoModels models;
        private final TextGenerator generator;

        World(LlamaConfig sizes, long policySeed, long referenceSeed) {
            models = new PpoModels(
                    Llama.random(engine, sizes, policySeed),
                    Llama.random(engine, sizes, referenceSeed, name -> false),
                    ScalarModel.random(engine, sizes, 9));
            generator = new TextGenerator(models.policy(), new LetterTokenizer(LETTERS, true));
        }

        PpoTrainer trainer(@Nullable Path run, PpoConfig config, RewardFunction rewards, String reference) {
            return trainer(run, config, rewards, null, reference);
        }

        PpoTrainer trainer(
                @Nullable Path run,
                PpoConfig config,
                RewardFunction rewards,
                @Nullable RewardFunction judge,
                String reference) {
            return new PpoTrainer(new PpoSetup(
                    config,
                    models,
                    generator,
                    World::encode,
                    rewards,
                    judge,
                    PROMPTS.subList(0, 8),
                    PROMPTS.subList(8, 11),
                    reference,
                    true,
                    run,
                    directory -> {},
                    run == null ? List.of() : List.of(new MetricsFile(run))));
        }

        private static int[] encode(RlPrompt prompt) {
            String text = prompt.messages().get(0).content();
            return IntStream.concat(IntStream.of(0), text.chars().map(c -> c - 'a'))
                    .toArray();
        }

        @Override
        public void close() {
            generator.close();
            models.close();
            engine.close();
        }
    }

    private static PpoConfig config(String... settings) {
        List<String> all = new ArrayList<>(List.of(
                "training.seed=5",
                "rollout.batchSize=16",
                "rollout.maxTokens=8",
                "update.miniBatchSize=6",
                "update.epochs=2",
                "optimizer.learningRate=3e-3",
                "valueOptimizer.learningRate=3e-3",
                "evaluation.everySteps=10",
                "data.answerSamples=2"));
        all.addAll(List.of(settings));
        return ConfigLoader.of(PpoConfig.class).set(all).load();
    }

    private static Result train(Path run, PpoConfig config, int stopAfter) {
        return run(run, config, stopAfter, DS);
    }

    private static Result run(Path run, PpoConfig config, int stopAfter, RewardFunction rewards) {
        Optional<Path> checkpoint = Checkpoints.of(run).newest();
        try {
            Files.createDirectories(run);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        try (World world = new World(SIZES, 3, 3)) {
            checkpoint.ifPresent(from -> {
                world.models.policy().load(from.resolve("policy"));
                world.models.value().load(from.resolve("value"));
            });
            try (PpoTrainer trainer = world.trainer(run, config, rewards, "itself")) {
                checkpoint.ifPresent(trainer::resume);
                if (stopAfter > 0) {
                    trainer.requestStopAfter(stopAfter);
                }
                return trainer.run();
            }
        }
    }

    private static Path newest(Path run) {
        return Checkpoints.resolveCheckpoint(run);
    }

    private static List<JsonNode> metrics(Path run) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(run.resolve(MetricsFile.NAME))) {
            lines.add(new ObjectMapper().readTree(line));
        }
        return lines;
    }
}
