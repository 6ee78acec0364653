package dev.cria.examples.chat;

import dev.cria.examples.world.ToyWorld;
import dev.cria.sft.Conversation;
import dev.cria.sft.GhostAttention;
import dev.cria.sft.GhostAttention.Built;
import dev.cria.sft.GhostAttention.Place;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ghost Attention on the toy world (Llama 2 paper, section 3.3). A chat model forgets its persona after two turns. Two copies of it learn
 * from their own answers to the same questions under the same instructions, in as many steps: one with Ghost Attention, so
 * that its answers were sampled with the instruction in every message, and one without.
 */
public final class KeepingInstructions {
    private static final Logger LOG = LoggerFactory.getLogger(KeepingInstructions.class);

    private KeepingInstructions() {}

    /**
     * Share of the persona's traits kept, by turn, with values that no data to learn from had.
     *
     * @param before of the chat model
     * @param with of its copy trained with Ghost Attention
     * @param without of its other copy
     */
    public record Result(Map<Integer, Double> before, Map<Integer, Double> with, Map<Integer, Double> without) {}

    /** Runs it for a seed: {@code KeepingInstructions DIRECTORY [SEED]}. */
    public static void main(String[] args) {
        long seed = args.length > 1 ? Long.parseLong(args[1]) : 1;
        LOG.info("{}", measure(seed, Size.dialogues(), Path.of(args[0])));
    }

    /** Trains the chat model and its copies, and holds dialogues with them. Runs found in the directory are gone on with. */
    public static Result measure(long seed, Size size, Path directory) {
        ToyWorld world = ToyWorld.of(seed);
        PersonaChats chats = new PersonaChats(world);
        Path base = ToyModel.pretrain(world, size, directory);
        Path chat = ToyModel.tune(base, chats.written(size.chats()), size.epochs(), seed, directory.resolve("chat"));
        return new Result(
                recall(chat, chats, size),
                recall(copy(chat, true, chats, size, directory.resolve("with")), chats, size),
                recall(copy(chat, false, chats, size, directory.resolve("without")), chats, size));
    }

    /** Trains a copy of the chat model on dialogues in which it answers, a fifth as many as it has learned from. */
    private static Path copy(Path chat, boolean ghostAttention, PersonaChats chats, Size size, Path run) {
        List<List<String>> questions = chats.questions(Math.max(4, size.chats() / 5));
        List<Conversation> data = ToyModel.withAnswers(chat, model -> {
            GhostAttention builder = new GhostAttention(model, Place.FIRST_MESSAGE);
            return (ghostAttention ? builder : builder.withoutReminders())
                    .build(questions, chats::instruction).stream()
                            .map(Built::conversation)
                            .toList();
        });
        return ToyModel.tune(
                chat,
                data,
                size.epochs(),
                1,
                run,
                "data.packing=none",
                "data.batchSize=8",
                "optimizer.learningRate=7e-4");
    }

    private static Map<Integer, Double> recall(Path run, PersonaChats chats, Size size) {
        return ToyModel.withAnswers(run, model -> chats.recall(model, size.questions()));
    }
}
