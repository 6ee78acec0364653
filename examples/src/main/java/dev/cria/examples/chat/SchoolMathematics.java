package dev.cria.examples.chat;

import dev.cria.core.train.StepReport;
import dev.cria.core.train.TrainingListener;
import dev.cria.examples.world.ToyCorpus;
import dev.cria.sft.ChatData;
import dev.cria.sft.ChatImport;
import dev.cria.sft.Conversation;
import dev.cria.tokenizer.BpeTrainerConfig;
import dev.cria.tokenizer.ChatMessage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Teaches a small model the form of worked answers to school mathematics (GSM8K's training file). It does not learn to
 * calculate: a million weights cannot. It learns to work step by step and to end with the result.
 */
public final class SchoolMathematics {
    private static final Logger LOG = LoggerFactory.getLogger(SchoolMathematics.class);
    private static final int EVALUATIONS = 10; // an epoch, about
    private static final int PROBLEMS_A_STEP = 7; // about, in three sequences

    private SchoolMathematics() {}

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
        LOG.info("{}", measure(Path.of(args[1]), Size.mathematics(), Path.of(args[0])));
    }

    /** Pretrains on the toy world's stories, fine-tunes on the problems and asks held-out ones. Runs found in the directory are gone on with. */
    public static Result measure(Path file, Size size, Path directory) {
        List<Conversation> problems = ChatImport.GSM8K.read(file);
        List<Conversation> heldOut = problems.subList(0, size.questions());
        List<Conversation> training = problems.subList(heldOut.size(), Math.min(problems.size(), size.chats()));
        Path validation = directory.resolve("validation.jsonl");
        ChatData.write(validation, heldOut);

        Path tokenizer = SmallModel.tokenizer(
                BpeTrainerConfig.llama2(size.vocabSize()),
                training.stream()
                        .flatMap(problem -> problem.messages().stream())
                        .map(ChatMessage::content),
                directory.resolve("tokenizer"));
        Path base = SmallModel.pretrain(
                size,
                tokenizer,
                () -> ToyCorpus.documents(1, size.corpusBytes()),
                List.of("model.maxPositionEmbeddings=512", "model.tieWordEmbeddings=true"),
                directory.resolve("pretrain"),
                Sitting.logging());
        FirstEpoch losses = new FirstEpoch(new ArrayList<>(), size.epochs());
        List<String> settings = List.of(
                "data.validation=" + validation,
                "data.batchSize=3",
                "optimizer.learningRate=2e-3",
                "data.epochs=" + size.epochs(),
                "evaluation.everySteps=" + Math.max(1, training.size() / PROBLEMS_A_STEP / EVALUATIONS));
        Path tuned = SmallModel.tune(
                base, training, settings, directory.resolve("sft"), new Sitting(run -> List.of(losses)));
        return new Result(losses.heldOut(), WorkedAnswers.wellFormed(tuned, heldOut), heldOut.size());
    }

    /** Notes the held-out losses of the first epoch. */
    private record FirstEpoch(List<Double> heldOut, int epochs) implements TrainingListener {
        @Override
        public void onStep(StepReport report) {
            if (report.step() * epochs <= report.totalSteps()) {
                report.validationLoss().ifPresent(heldOut::add);
            }
        }
    }
}
