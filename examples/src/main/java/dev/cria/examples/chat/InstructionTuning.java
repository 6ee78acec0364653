package dev.cria.examples.chat;

import dev.cria.examples.world.Instruction;
import dev.cria.examples.world.Instructions;
import dev.cria.examples.world.NearestNeighbour;
import dev.cria.examples.world.Split;
import dev.cria.examples.world.ToyJudge;
import dev.cria.examples.world.ToyWorld;
import dev.cria.sft.Conversation;
import dev.cria.sft.ModelAnswers;
import dev.cria.tokenizer.ChatMessage;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Teaches a pretrained model to answer questions, and asks it others: combinations of subject and wording it never saw. */
public final class InstructionTuning {
    private static final Logger LOG = LoggerFactory.getLogger(InstructionTuning.class);

    private InstructionTuning() {}

    /**
     * Shares of exactly right answers to held-out questions.
     *
     * @param before of the pretrained model
     * @param after of the fine-tuned model
     * @param nearestNeighbour of the answers to the most similar training questions
     * @param questions how many
     */
    public record Result(double before, double after, double nearestNeighbour, int questions) {}

    /** Runs it for a seed: {@code InstructionTuning DIRECTORY [SEED]}. */
    public static void main(String[] args) {
        long seed = args.length > 1 ? Long.parseLong(args[1]) : 1;
        LOG.info("{}", measure(seed, Size.instructions(), Path.of(args[0])));
    }

    /** Pretrains, asks, fine-tunes and asks again. Runs found in the directory are gone on with. */
    public static Result measure(long seed, Size size, Path directory) {
        ToyWorld world = ToyWorld.of(seed);
        Instructions instructions = new Instructions(world);
        List<Instruction> training = instructions.of(Split.TRAIN);
        List<Instruction> asked = instructions.of(Split.HELD_OUT).stream()
                .filter(Instruction::factTrained)
                .limit(size.questions())
                .toList();
        List<Conversation> chats = training.stream()
                .limit(size.chats())
                .map(instruction -> Conversation.of(instruction.text(), instruction.reference()))
                .toList();
        Path base = ToyModel.pretrain(world, size, directory);
        double before = ToyModel.withAnswers(base, answers -> exact(answers, asked));
        Path tuned = ToyModel.tune(base, chats, size.epochs(), seed, directory.resolve("sft"));
        double after = ToyModel.withAnswers(tuned, answers -> exact(answers, asked));
        NearestNeighbour nearest = new NearestNeighbour(training);
        List<String> similar =
                asked.stream().map(question -> nearest.answer(question.text())).toList();
        return new Result(before, after, share(asked, similar), asked.size());
    }

    private static double exact(ModelAnswers model, List<Instruction> asked) {
        return share(
                asked,
                model.answers(asked.stream()
                        .map(question -> List.of(ChatMessage.user(question.text())))
                        .toList()));
    }

    private static double share(List<Instruction> asked, List<String> answers) {
        ToyJudge judge = new ToyJudge();
        int right = 0;
        for (int i = 0; i < asked.size(); i++) {
            if (judge.judge(asked.get(i), answers.get(i)).correctness() == 1) {
                right++;
            }
        }
        return (double) right / asked.size();
    }
}
