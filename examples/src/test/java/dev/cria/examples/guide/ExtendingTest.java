package dev.cria.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cria.core.Engine;
import dev.cria.core.autograd.GradientCheck;
import dev.cria.core.autograd.Scalar;
import dev.cria.core.autograd.Tape;
import dev.cria.core.config.ConfigLoader;
import dev.cria.core.data.RaggedBatch;
import dev.cria.core.ops.Tensor;
import dev.cria.core.train.Loss;
import dev.cria.core.train.Objective;
import dev.cria.core.train.RunDirectory;
import dev.cria.core.train.TrainingLoop;
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
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;

/** The code of docs/extending.md, run. */
class ExtendingTest {
    private static final double TOLERANCE = 1e-6; // of a gradient in double, against central differences

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

    @Test
    void theLossHasTheRightGradient() {
        RaggedBatch batch = RaggedBatch.nextToken(new int[] {1, 2, 3, 4, 5}, new int[] {7, 8, 9});
        try (Engine engine = Engine.reference(DataType.DOUBLE);
                Llama model = TinyModels.llama(engine, 1)) {
            GradientCheck check = new GradientCheck(engine.ops(), engine.arena(), 4, 1);
            GradientCheck.Worst worst = check.of(
                    model.parameters().all(),
                    tape -> focal(model).loss(tape, batch).value());
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
