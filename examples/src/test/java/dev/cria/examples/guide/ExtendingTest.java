package dev.cria.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.cria.core.Engine;
import dev.cria.core.autograd.GradientCheck;
import dev.cria.core.autograd.Scalar;
import dev.cria.core.autograd.Tape;
import dev.cria.core.config.ConfigLoader;
import dev.cria.core.data.BatchSource;
import dev.cria.core.data.RaggedBatch;
import dev.cria.core.ops.Tensor;
import dev.cria.core.optim.OptimizerConfig;
import dev.cria.core.train.EvaluationConfig;
import dev.cria.core.train.Loss;
import dev.cria.core.train.MetricsFile;
import dev.cria.core.train.Objective;
import dev.cria.core.train.RunDirectory;
import dev.cria.core.train.TrainingConfig;
import dev.cria.core.train.TrainingLoop;
import dev.cria.core.train.TrainingSetup;
import dev.cria.model.Llama;
import dev.cria.model.TinyModels;
import dev.cria.rlhf.iterate.Annotator;
import dev.cria.rlhf.iterate.Comparison;
import dev.cria.rlhf.preference.Preference;
import dev.cria.rlhf.preference.Rating;
import dev.cria.rlhf.sampling.AnswerSampler;
import dev.cria.rlhf.sampling.BestOfConfig;
import dev.cria.rlhf.sampling.BestOfN;
import dev.cria.rlhf.sampling.BestSample;
import dev.cria.rlhf.sampling.MissingEos;
import dev.cria.rlhf.sampling.PolicyModel;
import dev.cria.rlhf.sampling.Reward;
import dev.cria.rlhf.sampling.RewardFunction;
import dev.cria.rlhf.sampling.RlPrompt;
import dev.cria.sft.ChatSource;
import dev.cria.sft.Conversation;
import dev.cria.sft.FineTuning;
import dev.cria.sft.SftConfig;
import dev.cria.tokenizer.ByteTokenizer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;

/** The code of docs/extending.md, run. */
class ExtendingTest {
    private static final double TOLERANCE = 1e-6; // of a gradient in double, against central differences

    private static final RaggedBatch BATCH = RaggedBatch.nextToken(new int[] {1, 2, 3, 4, 5}, new int[] {7, 8, 9});

    @TempDir
    private Path directory;

    private Path base;

    @BeforeEach
    void makeBase() {
        base = directory.resolve("base");
        try (Engine engine = Engine.create();
                Llama model = TinyModels.llama(engine, 1)) {
            new ByteTokenizer().save(base);
            model.save(base);
        }
    }

    /** The focal loss (Lin et al. 2017): tokens that the model is sure of count less. */
    static Objective<RaggedBatch> focal(Llama model) {
        return (tape, batch) -> {
            Tensor logProbs = model.logProbs(tape, batch); // [targets]
            Tensor doubt = tape.map(logProbs, p -> 1 - Math.exp(p), p -> -Math.exp(p)); // 1 - probability
            Scalar loss = tape.negate(tape.mean(tape.mul(tape.square(doubt), logProbs)));
            return Loss.of(loss, "log_prob", tape.mean(logProbs).value());
        };
    }

    /** Cross entropy with smoothed labels (Szegedy et al. 2016): a share of each target's probability is spread over the vocabulary. */
    static Objective<RaggedBatch> smoothed(Llama model, double share) {
        return (tape, batch) -> {
            int vocab = model.config().vocabSize();
            int[] targets = batch.targetIds();
            int[] places = IntStream.range(0, targets.length)
                    .map(t -> t * vocab + targets[t])
                    .toArray();
            Tensor logits =
                    model.logits(tape, batch.tokens(), batch.segments(), batch.targetRows()); // [targets, vocab]
            Tensor chosen = tape.gather(logits, places); // [targets]
            Scalar crossEntropy = tape.mean(tape.sub(tape.logSumExp(logits), chosen));
            Scalar lead = tape.add(tape.mean(chosen), tape.negate(tape.mean(logits))); // of targets over all tokens
            return Loss.of(tape.add(crossEntropy, tape.scale(lead, share)), "cross_entropy", crossEntropy.value());
        };
    }

    /** Cross entropy with a teacher's probabilities [targets * vocab]. */
    static Objective<RaggedBatch> distilled(Llama model, float[] teacher) {
        return (tape, batch) -> {
            Tensor logits = model.logits(tape, batch.tokens(), batch.segments(), batch.targetRows());
            Scalar expected = tape.scale(tape.sum(tape.mul(logits, tape.constant(teacher))), 1.0 / batch.targetCount());
            return Loss.of(tape.add(tape.mean(tape.logSumExp(logits)), tape.negate(expected)));
        };
    }

    @Test
    void lossesOverTheVocabularyAgree() {
        try (Engine engine = Engine.create();
                Llama model = TinyModels.llama(engine, 1);
                Tape tape = engine.inference()) {
            int vocab = model.config().vocabSize();
            int[] targets = BATCH.targetIds();
            float[] labels = new float[targets.length * vocab];
            Arrays.fill(labels, 0.2f / vocab);
            IntStream.range(0, targets.length).forEach(t -> labels[t * vocab + targets[t]] += 0.8f);

            Loss loss = smoothed(model, 0.2).loss(tape, BATCH);
            assertThat(loss.value().value())
                    .isCloseTo(
                            distilled(model, labels).loss(tape, BATCH).value().value(), within(1e-5)); // in float
            assertThat(loss.metrics().get("cross_entropy"))
                    .isCloseTo(model.loss(tape, BATCH).value(), within(1e-5));
        }
    }

    @Test
    void aTrainingLoopOfOnesOwn() {
        try (Engine engine = Engine.create();
                Llama model = TinyModels.llama(engine, 1)) {
            TrainingSetup<RaggedBatch> setup = new TrainingSetup<>(
                    "smoothed", // the stage, in checkpoints
                    model,
                    smoothed(model, 0.1),
                    new Repeated(BATCH),
                    null, // nothing is held out; else new Validation<>(batches, objective)
                    TrainingConfig.defaults().withSteps(40),
                    OptimizerConfig.defaults().withLearningRate(1e-2).withWarmupSteps(0),
                    EvaluationConfig.defaults(),
                    null, // no checkpoints; else new RunCheckpoints(...)
                    JsonNodeFactory.instance.objectNode(),
                    List.of(new MetricsFile(directory)));
            new TrainingLoop<>(setup).run();
        }
        assertThat(MetricsFile.read(directory))
                .hasSize(40)
                .last()
                .matches(line -> line.get("cross_entropy").asDouble() < 0.5); // 5.5 before
    }

    /** The same batch again and again. */
    record Repeated(RaggedBatch batch) implements BatchSource<RaggedBatch> {
        @Override
        public RaggedBatch next() {
            return batch;
        }

        @Override
        public JsonNode cursor() {
            return NullNode.getInstance();
        }

        @Override
        public void restore(JsonNode cursor) {} // it stands where it stood
    }

    @Test
    void fineTuningWithAnotherLoss() {
        List<Conversation> conversations = IntStream.range(0, 30)
                .mapToObj(i -> Conversation.of("sky " + i + "?", "blue"))
                .toList();
        SftConfig config = ConfigLoader.of(SftConfig.class)
                .set("data.epochs=40")
                .set("data.batchSize=2")
                .set("optimizer.learningRate=1e-2")
                .load()
                .withBase(base);
        try (Engine engine = Engine.create();
                RunDirectory run = RunDirectory.open(directory.resolve("focal"), false);
                FineTuning tuning = FineTuning.open(
                        engine, config, ChatSource.of(conversations), run, List.of(), ExtendingTest::focal)) {
            TrainingLoop.Result result = tuning.run();
            assertThat(result.validationLoss().orElseThrow()).isLessThan(1); // 5.5 before
        }
    }

    static Stream<Function<Llama, Objective<RaggedBatch>>> losses() {
        return Stream.of(ExtendingTest::focal, model -> smoothed(model, 0.1));
    }

    @ParameterizedTest
    @MethodSource("losses")
    void theLossHasTheRightGradient(Function<Llama, Objective<RaggedBatch>> loss) {
        try (Engine engine = Engine.reference(DataType.DOUBLE);
                Llama model = TinyModels.llama(engine, 1)) {
            Objective<RaggedBatch> objective = loss.apply(model); // such as focal(model)
            GradientCheck check = new GradientCheck(engine.ops(), engine.arena(), 4, 1);
            GradientCheck.Worst worst = check.of(
                    model.parameters().all(),
                    tape -> objective.loss(tape, BATCH).value());
            assertThat(worst.error()).as(worst.toString()).isLessThan(TOLERANCE);
        }
    }

    @Test
    void anOperationThatIsNotThere() {
        try (Engine engine = Engine.create();
                Tape tape = engine.inference()) {
            Tensor x = tape.constant(-1, 0, 2);
            Tensor y = tape.map(x, Math::tanh, a -> 1 - Math.tanh(a) * Math.tanh(a));
            assertThat(tape.read(y)[2]).isEqualTo((float) Math.tanh(2));
        }
    }

    @Test
    void rewardsThatAreRules() {
        RewardFunction brevity =
                answers -> answers.stream().map(a -> Reward.of(-a.ids().length)).toList();
        List<RlPrompt> prompts = List.of(RlPrompt.of("Hi"), RlPrompt.of("Who are you?"));
        try (Engine engine = Engine.create();
                PolicyModel policy = PolicyModel.load(engine, base, 64)) {
            AnswerSampler sampler = policy.sampler();
            BestOfConfig config = new BestOfConfig(8, 1.0, 300, MissingEos.KEEP, 0, 1);
            List<BestSample> best = new BestOfN(sampler, brevity, config.withTemperature(1.2)).all(prompts);
            assertThat(best).hasSize(2).allMatch(BestSample::isUsable);
        }
    }

    @Test
    void anAnnotatorThatLikesItShort() {
        Annotator terse = comparisons -> comparisons.stream()
                .map(c -> {
                    boolean first = c.first().length() <= c.second().length();
                    return Optional.of(new Preference(
                            c.prompt().messages(),
                            first ? c.first() : c.second(),
                            first ? c.second() : c.first(),
                            Rating.BETTER,
                            null, // no safety labels
                            c.source()));
                })
                .toList();
        Comparison comparison = new Comparison(0, RlPrompt.of("Hi"), "Good day to you.", "Hi.", "round 1");
        assertThat(terse.annotate(List.of(comparison)))
                .singleElement()
                .matches(preference -> preference.orElseThrow().chosen().equals("Hi."));
    }
}
