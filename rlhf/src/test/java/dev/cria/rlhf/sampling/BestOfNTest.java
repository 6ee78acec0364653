package dev.cria.rlhf.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cria.core.Engine;
import dev.cria.core.autograd.Tape;
import dev.cria.core.io.InvalidFileException;
import dev.cria.core.ops.Precision;
import dev.cria.core.ops.Segments;
import dev.cria.core.ops.cpu.CpuOps;
import dev.cria.model.Llama;
import dev.cria.model.LlamaConfig;
import dev.cria.model.ScalarModel;
import dev.cria.model.TinyModels;
import dev.cria.model.generation.TextGenerator;
import dev.cria.rlhf.reward.RewardModel;
import dev.cria.sft.Conversation;
import dev.cria.tokenizer.ByteTokenizer;
import dev.cria.tokenizer.ChatFormat;
import dev.cria.tokenizer.ChatMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BestOfNTest {
    private static final List<RlPrompt> PROMPTS =
            IntStream.range(0, 60).mapToObj(i -> RlPrompt.of("question " + i)).toList();

    /** The share of small letters in an answer. */
    private static final RewardFunction LETTERS = answers -> answers.stream()
            .map(answer -> Reward.of((double)
                    answer.text().chars().filter(c -> c >= 'a' && c <= 'z').count()))
            .toList();

    private final Engine engine = Engine.of(new CpuOps(1, Precision.FP32));
    private final Llama model = TinyModels.llama(engine, 1);
    private final TextGenerator generator = new TextGenerator(model, new ByteTokenizer());
    private final ChatFormat format = ChatFormat.llama2(new ByteTokenizer());
    private final AnswerSampler sampler = new AnswerSampler(
            generator, prompt -> format.encode(prompt.messages()).ids());
    private final List<RlPrompt> asked = new ArrayList<>();

    @TempDir
    private Path directory;

    @AfterEach
    void free() {
        generator.close();
        model.close();
        engine.close();
    }

    private static BestOfConfig config(int samples, MissingEos missingEos) {
        return new BestOfConfig(samples, 1, 12, missingEos, 5, 3);
    }

    private static SampleOrigin origin(BestOfConfig config) {
        return origin(config, CombinedReward.PAPER_THRESHOLD);
    }

    private static SampleOrigin origin(BestOfConfig config, double threshold) {
        return new SampleOrigin("p", List.of("r"), threshold, ModelFingerprint.of(PROMPTS), config);
    }

    private BestOfN bestOf(BestOfConfig config) {
        return new BestOfN(
                sampler,
                answers -> {
                    answers.forEach(answer -> asked.add(answer.prompt()));
                    return LETTERS.rewards(answers);
                },
                config);
    }

    // ---- Sampling

    @Test
    void theBestAnswerIsKeptWithAllScores() {
        List<BestSample> samples = bestOf(config(6, MissingEos.KEEP)).all(PROMPTS);
        assertThat(samples).hasSize(60);
        for (BestSample sample : samples) {
            double best = IntStream.range(0, 6)
                    .mapToDouble(k -> sample.scores()[k])
                    .max()
                    .orElseThrow();
            assertThat(sample.rewardValue()).isEqualTo(best);
            assertThat(LETTERS.rewards(List.of(new Answer(
                                    sample.prompt(),
                                    new int[0],
                                    new int[0],
                                    String.valueOf(sample.response()),
                                    true,
                                    new float[0])))
                            .get(0)
                            .value())
                    .isEqualTo(best);
        }
    }

    @Test
    void answersThatWereCutOffArePenalisedOrLeftOut() {
        // An untrained model hardly ever writes eos in 12 tokens.
        BestSample kept =
                bestOf(config(4, MissingEos.KEEP)).all(PROMPTS.subList(0, 1)).get(0);
        BestSample penalised = bestOf(config(4, MissingEos.PENALISE))
                .all(PROMPTS.subList(0, 1))
                .get(0);
        assertThat(penalised.rewardValue()).isEqualTo(kept.rewardValue() - 5);
        BestSample excluded =
                bestOf(config(4, MissingEos.EXCLUDE)).all(PROMPTS.subList(0, 1)).get(0);
        assertThat(excluded.isUsable()).isFalse();
        assertThatThrownBy(excluded::conversation).hasMessageContaining("no answer was chosen");
    }

    @Test
    void aPromptWithoutRoomForAnAnswerIsRefused() {
        assertThatThrownBy(() -> bestOf(config(2, MissingEos.KEEP)).all(List.of(RlPrompt.of("x".repeat(300)))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("leaves no room for an answer");
    }

    @Test
    void anAnswerThatFillsTheContextCanStillBeRewarded() {
        List<RlPrompt> long100 = List.of(RlPrompt.of("x".repeat(100)));
        try (RewardModel judge =
                new RewardModel(ScalarModel.random(engine, TinyModels.config(), 2), new ByteTokenizer(), format)) {
            BestOfConfig config = new BestOfConfig(8, 1, 50, MissingEos.KEEP, 0, 3);
            List<Integer> lengths = new ArrayList<>();
            RewardFunction measured = answers -> {
                answers.forEach(answer -> lengths.add(answer.sequenceLength()));
                return new ModelReward(judge).rewards(answers);
            };
            assertThat(new BestOfN(sampler, measured, config).all(long100)).hasSize(1);
            assertThat(Collections.max(lengths)).isEqualTo(generator.contextLength());
        }
    }

    @Test
    void aTemperatureOutOfItsRangeIsRefusedByTheRange() {
        assertThatThrownBy(() -> BestOfConfig.defaults().withTemperature(150))
                .hasMessage("temperature must be above 0 and below 100, got 150.0");
    }

    @Test
    void aTemperatureSearchCanBeEnded() {
        TemperatureSearch search = new TemperatureSearch(sampler, LETTERS, config(32, MissingEos.KEEP)); // 8 a group
        int[] groups = new int[1];
        assertThat(search.search(PROMPTS.subList(0, 20), List.of(0.5, 1.0), () -> ++groups[0] > 2))
                .isEmpty();
        assertThat(groups[0]).isEqualTo(3);
    }

    @Test
    void theTemperatureSearchReportsTheBestOfNByTemperatureAndN() {
        TemperatureSearch search = new TemperatureSearch(sampler, LETTERS, config(8, MissingEos.EXCLUDE));
        TemperatureSearch.Table table = search.search(PROMPTS.subList(0, 5), List.of(0.5, 1.0));
        assertThat(table.sizes()).containsExactly(1, 2, 4, 8);
        assertThat(table.rows()).hasSize(2);
        assertThat(table.rows().get(0).best()).isSorted();
        assertThat(table.bestTemperature()).isIn(0.5, 1.0);
    }

    // ---- Files

    @Test
    void aKilledRunGoesOnWithoutSamplingAPromptTwice() throws IOException {
        BestOfConfig config = config(8, MissingEos.KEEP); // 32 prompts a group
        Path whole = directory.resolve("whole.jsonl");
        try (BestOfFile file = BestOfFile.open(whole, origin(config), false)) {
            bestOf(config).run(PROMPTS, file, () -> false);
        }
        asked.clear();
        Path halved = directory.resolve("halved.jsonl");
        try (BestOfFile file = BestOfFile.open(halved, origin(config), false)) {
            bestOf(config).run(PROMPTS, file, () -> file.done() > 0);
            assertThat(file.done()).isEqualTo(32);
        }
        Files.writeString(halved, "{\"index\": 32, \"prom", StandardOpenOption.APPEND); // killed while writing
        try (BestOfFile file = BestOfFile.open(halved, origin(config), true)) {
            assertThat(file.done()).isEqualTo(32);
            bestOf(config).run(PROMPTS, file, () -> false);
        }
        assertThat(asked).hasSize(60 * 8);
        assertThat(Files.mismatch(halved, whole)).isEqualTo(-1);
        assertThat(BestOfFile.read(halved)).hasSize(60);
        assertThat(BestOfFile.readOrigin(halved)).isEqualTo(origin(config));
    }

    @Test
    void aFileIsGoneOnWithByTheSameWorkOnly() {
        Path path = directory.resolve("best.jsonl");
        BestOfConfig config = config(2, MissingEos.KEEP);
        BestOfFile.open(path, origin(config), false).close();
        assertThatThrownBy(() -> BestOfFile.open(path, origin(config), false))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("--resume");
        assertThatThrownBy(() -> BestOfFile.open(path, origin(config.withTemperature(2)), true))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("begun with other settings");
        assertThatThrownBy(() -> BestOfFile.open(path, origin(config, 0), true))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("begun with other settings");
    }

    @Test
    void aRoundLearnsFromItsOwnAnswersAndTheTopOfEarlierOnes() {
        SamplePool pool = new SamplePool(directory.resolve("pool"));
        pool.put(1, samples("first", 3, 9, 1, 7), origin(BestOfConfig.defaults()));
        pool.put(3, samples("third", 2, 4), origin(BestOfConfig.defaults()));
        List<String> learned = pool.conversations(3, 0.5).stream()
                .map(Conversation::answers)
                .map(answers -> answers.get(0))
                .toList();
        assertThat(learned).containsExactly("first 1", "first 3", "third 0", "third 1"); // rewards 9 and 7, then all
        assertThat(pool.conversations(3, 0)).hasSize(2);
        assertThatThrownBy(() -> pool.conversations(4, 1)).isInstanceOf(InvalidFileException.class);
    }

    private static List<BestSample> samples(String name, double... rewards) {
        return IntStream.range(0, rewards.length)
                .mapToObj(i -> new BestSample(
                        i,
                        new RlPrompt(List.of(ChatMessage.user("q" + i)), i % 2 == 0),
                        name + " " + i,
                        new Reward(rewards[i], Map.of("safety", 0.5)),
                        new double[] {rewards[i]}))
                .toList();
    }

    // ---- Order statistics

    @Test
    void theExpectedBestIsTheMeanOverAllSubsets() {
        double[] scores = {3, -1, 4, 1, 5};
        assertThat(OrderStatistics.expectedBest(scores, 1)).isCloseTo(2.4, within(1e-12));
        // pairs: 3-1 3-4 3-1 3-5 -1-4 -1-1 -1-5 4-1 4-5 1-5
        assertThat(OrderStatistics.expectedBest(scores, 2))
                .isCloseTo((3 + 4 + 3 + 5 + 4 + 1 + 5 + 4 + 5 + 5) / 10.0, within(1e-12));
        assertThat(OrderStatistics.expectedBest(scores, 5)).isEqualTo(5);
        assertThatThrownBy(() -> OrderStatistics.expectedBest(scores, 6)).hasMessageContaining("1 to 5");
    }

    @Test
    void rewardRisesWithKAsOrderStatisticsPredict() {
        // One token is drawn, and its reward is known: the best of K has the distribution function F to the power of K.
        LlamaConfig sizes = TinyModels.config();
        int[] prompt = {1, 2, 3};
        double[] rewards = IntStream.range(0, sizes.vocabSize())
                .mapToDouble(id -> Math.sin(id * 12.9898))
                .toArray();
        double[] probabilities = probabilities(prompt, new ByteTokenizer().vocabSize());
        AnswerSampler one = new AnswerSampler(generator, p -> prompt);
        RewardFunction known = answers -> answers.stream()
                .map(answer -> Reward.of(rewards[answer.ids()[0]]))
                .toList();
        List<RlPrompt> same = Collections.nCopies(600, RlPrompt.of("?"));
        BestOfConfig config = new BestOfConfig(32, 1, 1, MissingEos.KEEP, 0, 11);
        List<BestSample> samples = new BestOfN(one, known, config).all(same);
        for (int k : new int[] {1, 2, 4, 8, 16, 32}) {
            double measured = samples.stream()
                    .mapToDouble(sample -> OrderStatistics.expectedBest(sample.scores(), k))
                    .average()
                    .orElseThrow();
            double predicted = expectedBest(rewards, probabilities, k);
            // The deviation of a reward is 0.7; of a mean over 600 prompts at most 0.03.
            assertThat(measured).as("best of %d", k).isCloseTo(predicted, within(0.06));
        }
    }

    private double[] probabilities(int[] prompt, int tokens) {
        float[] logits;
        try (Tape tape = engine.inference()) {
            logits = tape.read(
                    model.logits(tape, prompt, Segments.ofLengths(prompt.length), new int[] {prompt.length - 1}));
        }
        double sum =
                IntStream.range(0, tokens).mapToDouble(i -> Math.exp(logits[i])).sum();
        return IntStream.range(0, tokens)
                .mapToDouble(i -> Math.exp(logits[i]) / sum)
                .toArray();
    }

    private static double expectedBest(double[] rewards, double[] probabilities, int k) {
        int[] byReward = IntStream.range(0, probabilities.length)
                .boxed()
                .sorted((a, b) -> Double.compare(rewards[a], rewards[b]))
                .mapToInt(i -> i)
                .toArray();
        double below = 0;
        double expected = 0;
        for (int id : byReward) {
            double upTo = below + probabilities[id];
            expected += rewards[id] * (Math.pow(upTo, k) - Math.pow(below, k));
            below = upTo;
        }
        return expected;
    }

    // ---- The combined reward

    @Test
    void theSafetyScoreRulesTaggedPromptsAndUnsafeAnswers() {
        CombinedReward reward = new CombinedReward(fixed(2), fixed(-1.7), CombinedReward.PAPER_THRESHOLD);
        Answer plain = answer(false);
        assertThat(reward.rewards(List.of(plain, answer(true))))
                .extracting(Reward::value)
                .containsExactly(2.0, -1.7);
        CombinedReward unsafe = new CombinedReward(fixed(2), fixed(-1.74), CombinedReward.PAPER_THRESHOLD);
        Reward gated = unsafe.rewards(List.of(plain)).get(0);
        assertThat(gated.value()).isEqualTo(-1.74);
        assertThat(gated.parts())
                .containsEntry("helpfulness", 2.0)
                .containsEntry("safety", -1.74)
                .containsEntry("by_safety", 1.0);
        // The published threshold is 0.15 after the sigmoid.
        assertThat(1 / (1 + Math.exp(-CombinedReward.PAPER_THRESHOLD))).isCloseTo(0.15, within(1e-12));
    }

    @Test
    void anUncalibratedSafetyModelIsRefused() {
        double[] scores = {-3, -2, -1, 0, 1, 2};
        boolean[] safe = {false, true, false, false, true, true};
        SafetyCalibration calibration = SafetyCalibration.of(scores, safe, CombinedReward.PAPER_THRESHOLD);
        assertThat(calibration.precision()).isEqualTo(0.5);
        assertThat(calibration.recall()).isCloseTo(1.0 / 3, within(1e-12));
        calibration.require(0.5, 0.3);
        assertThatThrownBy(() -> calibration.require(0.6, 0.3)).hasMessageContaining("not calibrated");
        SafetyCalibration oneSided = SafetyCalibration.of(new double[] {1}, new boolean[] {true}, 0);
        assertThatThrownBy(() -> oneSided.require(0.1, 0.1)).hasMessageContaining("1 safe and 0 unsafe");
    }

    private static Answer answer(boolean isSafety) {
        RlPrompt prompt = new RlPrompt(List.of(ChatMessage.user("?")), isSafety);
        return new Answer(prompt, new int[] {1}, new int[] {2}, "text", true, new float[] {-1});
    }

    private static RewardFunction fixed(double value) {
        return answers -> answers.stream().map(answer -> Reward.of(value)).toList();
    }
}
