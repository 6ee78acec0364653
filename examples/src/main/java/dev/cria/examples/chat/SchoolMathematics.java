package dev.cria.examples.chat;

import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.config.ConfigLoader;
import dev.cria.core.train.LogListener;
import dev.cria.core.train.RunDirectory;
import dev.cria.core.train.StepReport;
import dev.cria.core.train.TrainingListener;
import dev.cria.examples.world.ToyCorpus;
import dev.cria.model.Llama;
import dev.cria.model.generation.FinishReason;
import dev.cria.model.generation.Generation;
import dev.cria.model.generation.GenerationRequest;
import dev.cria.model.generation.Sampling;
import dev.cria.model.generation.TextGenerator;
import dev.cria.pretrain.PretrainConfig;
import dev.cria.pretrain.Pretraining;
import dev.cria.sft.ChatData;
import dev.cria.sft.ChatImport;
import dev.cria.sft.ChatSource;
import dev.cria.sft.Conversation;
import dev.cria.sft.FineTuning;
import dev.cria.sft.SftConfig;
import dev.cria.tokenizer.BpeTrainer;
import dev.cria.tokenizer.BpeTrainerConfig;
import dev.cria.tokenizer.ChatFormat;
import dev.cria.tokenizer.ChatMessage;
import dev.cria.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Teaches a small model the form of worked answers to school mathematics (GSM8K's training file). It does not learn to
 * calculate: a million weights cannot. It learns to work step by step and to end with the result.
 */
public final class SchoolMathematics {
    private static final Logger LOG = LoggerFactory.getLogger(SchoolMathematics.class);
    private static final Pattern ANSWER = Pattern.compile("(?s).*(^|\\n)#### -?[0-9][0-9,.]*\\s*");
    private static final int CONTEXT = 512;
    private static final int MAX_ANSWER = 300; // tokens
    private static final int EVALUATIONS = 10; // an epoch
    private static final int PROBLEMS_A_STEP = 20; // about, in eight sequences

    private final Size size;
    private final Path directory;
    private final List<Conversation> training;
    private final List<Conversation> heldOut;

    private SchoolMathematics(Size size, Path directory, List<Conversation> problems) {
        this.size = size;
        this.directory = directory;
        int held = Math.max(1, problems.size() / 20);
        this.heldOut = problems.subList(0, held);
        this.training = problems.subList(held, Math.min(problems.size(), held + size.chats()));
    }

    /**
     * What was measured.
     *
     * @param heldOutLosses nats a token of the answers, at each evaluation of the first epoch
     * @param wellFormed share of greedy answers to held-out questions that end by themselves, in {@code #### number}
     * @param questions how many were asked
     */
    public record Result(List<Double> heldOutLosses, double wellFormed, int questions) {}

    /** Runs it: {@code SchoolMathematics DIRECTORY gsm8k-train.jsonl}. */
    public static void main(String[] args) {
        Size size = new Size(128, 4, 4000, 2 << 20, 500, 2, 10_000, 200);
        LOG.info("{}", measure(Path.of(args[1]), size, Path.of(args[0])));
    }

    /** Pretrains on the toy world's stories, fine-tunes on the problems and asks held-out ones. The directory is new. */
    public static Result measure(Path problems, Size size, Path directory) {
        return new SchoolMathematics(size, directory, ChatImport.GSM8K.read(problems)).run();
    }

    private Result run() {
        Path validation = directory.resolve("validation.jsonl");
        ChatData.write(validation, heldOut);
        List<Double> losses = new ArrayList<>();
        Path tuned = tune(pretrain(), validation, losses);
        List<Conversation> asked = heldOut.subList(0, Math.min(size.questions(), heldOut.size()));
        return new Result(losses, wellFormed(tuned, asked), asked.size());
    }

    private Path pretrain() {
        Path tokenizer = directory.resolve("tokenizer");
        BpeTrainer trainer = new BpeTrainer(BpeTrainerConfig.llama2(size.vocabSize()), (phase, done, total) -> {});
        training.forEach(problem -> problem.messages().forEach(message -> trainer.addText(message.content())));
        trainer.train().save(tokenizer);
        PretrainConfig config = ConfigLoader.of(PretrainConfig.class)
                .set(List.of(
                        "model.hiddenSize=" + size.hiddenSize(),
                        "model.intermediateSize=" + 3 * size.hiddenSize(),
                        "model.numHiddenLayers=" + size.layers(),
                        "model.maxPositionEmbeddings=" + CONTEXT,
                        "data.tokenizer=" + tokenizer,
                        "data.contextLength=128",
                        "data.batchSize=16",
                        "training.steps=" + size.pretrainSteps(),
                        "evaluation.everySteps=0"))
                .load();
        Path path = directory.resolve("pretrain");
        try (Engine engine = Engine.create();
                RunDirectory run = RunDirectory.open(path, false);
                Pretraining pretraining = Pretraining.open(
                        engine,
                        config,
                        consumer -> ToyCorpus.documents(1, size.corpusBytes())
                                .forEach(text -> consumer.accept(text.getBytes(StandardCharsets.UTF_8))),
                        run,
                        List.of(new LogListener(100)))) {
            pretraining.run();
        }
        return path;
    }

    private Path tune(Path base, Path validation, List<Double> losses) {
        int steps = training.size() / PROBLEMS_A_STEP;
        SftConfig config = ConfigLoader.of(SftConfig.class)
                .set(List.of(
                        "base=" + base,
                        "data.validation=" + validation,
                        "data.batchSize=8",
                        "data.epochs=" + size.epochs(),
                        "optimizer.learningRate=1e-3",
                        "optimizer.warmupSteps=20",
                        "evaluation.everySteps=" + Math.max(1, steps / EVALUATIONS)))
                .load();
        Path path = directory.resolve("sft");
        try (Engine engine = Engine.create();
                RunDirectory run = RunDirectory.open(path, false);
                FineTuning tuning = FineTuning.open(
                        engine,
                        config,
                        ChatSource.of(training),
                        run,
                        List.of(new LogListener(50), new FirstEpoch(losses, size.epochs())))) {
            tuning.run();
        }
        return path;
    }

    /** Notes the held-out losses of the first epoch. */
    private record FirstEpoch(List<Double> losses, int epochs) implements TrainingListener {
        @Override
        public void onStep(StepReport report) {
            if (report.step() * epochs <= report.totalSteps()) {
                report.validationLoss().ifPresent(losses::add);
            }
        }
    }

    private static double wellFormed(Path run, List<Conversation> asked) {
        Path directory = Checkpoints.resolve(run);
        Tokenizer tokenizer = Tokenizer.load(directory);
        ChatFormat format = ChatFormat.load(directory, tokenizer);
        Sampling greedy = Sampling.greedy().withMaxTokens(MAX_ANSWER);
        List<GenerationRequest> requests = asked.stream()
                .map(problem -> format.encode(
                                List.of(ChatMessage.user(problem.questions().get(0))))
                        .ids())
                .map(prompt -> new GenerationRequest(prompt, greedy, 1))
                .toList();
        try (Engine engine = Engine.create();
                Llama model = Llama.loadForInference(engine, directory);
                TextGenerator generator = new TextGenerator(model, tokenizer)) {
            long good = generator.generateAll(requests).stream()
                    .filter(samples -> isWellFormed(samples.get(0)))
                    .count();
            return (double) good / asked.size();
        }
    }

    private static boolean isWellFormed(Generation answer) {
        return answer.finishReason() == FinishReason.STOP_TOKEN
                && ANSWER.matcher(answer.text()).matches();
    }
}
