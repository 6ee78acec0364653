package dev.cria.examples.chat;

import dev.cria.examples.world.Instruction;
import dev.cria.examples.world.Instructions;
import dev.cria.examples.world.Persona;
import dev.cria.examples.world.Personas;
import dev.cria.examples.world.Split;
import dev.cria.examples.world.ToyDialogues;
import dev.cria.examples.world.ToyJudge;
import dev.cria.examples.world.ToyWorld;
import dev.cria.sft.Conversation;
import dev.cria.sft.GhostAttention;
import dev.cria.sft.GhostAttention.Built;
import dev.cria.sft.ModelAnswers;
import dev.cria.sft.TurnRecall;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ghost Attention on the toy world (Llama 2 paper, section 3.3): a chat model that forgets its persona after two turns is
 * trained on with as much data and as many steps, once with Ghost Attention and once without.
 */
public final class KeepingInstructions {
    private static final Logger LOG = LoggerFactory.getLogger(KeepingInstructions.class);
    private static final int LONGEST = 20; // turns
    private static final int FORGOTTEN_AFTER = 2; // turns

    private final ToyWorld world;
    private final Size size;
    private final Personas personas;
    private final ToyDialogues dialogues;

    private KeepingInstructions(ToyWorld world, Size size) {
        this.world = world;
        this.size = size;
        this.personas = new Personas(world);
        this.dialogues = new ToyDialogues(world, new Instructions(world), personas);
    }

    /**
     * Share of the persona's traits kept, by turn, with values that no training data had.
     *
     * @param with of the model trained with Ghost Attention
     * @param without of its twin
     */
    public record Result(Map<Integer, Double> with, Map<Integer, Double> without) {}

    /** Runs it for a seed: {@code KeepingInstructions DIRECTORY [SEED]}. */
    public static void main(String[] args) {
        long seed = args.length > 1 ? Long.parseLong(args[1]) : 1;
        LOG.info("{}", measure(seed, Size.standard(), Path.of(args[0])));
    }

    /** Trains the chat model and the twins, and holds dialogues with both. The directory is new. */
    public static Result measure(long seed, Size size, Path directory) {
        return new KeepingInstructions(ToyWorld.of(seed), size).run(directory);
    }

    private Result run(Path directory) {
        List<Conversation> chats = chats();
        Path base = ToyModel.pretrain(world, size, directory);
        Path chat = ToyModel.tune(base, chats, size.epochs(), world.seed(), directory.resolve("chat"));
        List<Built> built = ToyModel.withAnswers(chat, this::ghostAttention);
        Path with = tuneOn(chat, chats, built.stream().map(Built::conversation).toList(), directory.resolve("with"));
        Path without = tuneOn(
                chat, chats, built.stream().map(b -> forgetting(b.number())).toList(), directory.resolve("without"));
        return new Result(ToyModel.withAnswers(with, this::recall), ToyModel.withAnswers(without, this::recall));
    }

    /** Reminded at every turn the assistant keeps its persona, told once it forgets it. */
    private List<Conversation> chats() {
        List<Conversation> chats = new ArrayList<>();
        for (int i = 0; i < size.chats(); i++) {
            Persona persona = personas.persona(Split.TRAIN, i);
            int turns = 1 + i % 6;
            chats.add(ToyChats.of(
                    i % 2 == 0
                            ? dialogues.reminded(persona, isTerse(i), i, turns)
                            : dialogues.toldOnce(persona, isTerse(i), i, turns, FORGOTTEN_AFTER)));
        }
        return chats;
    }

    private int gattDialogues() {
        return Math.max(4, size.chats() / 5);
    }

    private List<Built> ghostAttention(ModelAnswers chat) {
        List<List<String>> questions = IntStream.range(0, gattDialogues())
                .mapToObj(i -> dialogues.questions(i, turns(i)).stream()
                        .map(Instruction::text)
                        .toList())
                .toList();
        return new GhostAttention(chat, GhostAttention.Place.FIRST_MESSAGE)
                .build(questions, i -> personas.persona(Split.TRAIN, i).instruction(isTerse(i)));
    }

    /** The same dialogue as the assistant that forgets would hold it. */
    private Conversation forgetting(int number) {
        Persona persona = personas.persona(Split.TRAIN, number);
        return ToyChats.of(dialogues.toldOnce(persona, isTerse(number), number, turns(number), FORGOTTEN_AFTER))
                .withLastAnswerLearned();
    }

    private Path tuneOn(Path chat, List<Conversation> chats, List<Conversation> more, Path run) {
        // Reminded chats alone: those that forget would teach both twins to forget.
        List<Conversation> all = new ArrayList<>(more);
        IntStream.range(0, gattDialogues()).forEach(i -> all.add(chats.get(2 * i)));
        return ToyModel.tune(chat, all, size.epochs(), world.seed(), run);
    }

    private Map<Integer, Double> recall(ModelAnswers model) {
        ToyJudge judge = new ToyJudge();
        int count = Math.min(100, size.questions());
        List<Persona> heldOut = IntStream.range(0, count)
                .mapToObj(i -> personas.persona(Split.HELD_OUT, i))
                .toList();
        List<TurnRecall.Script> scripts = IntStream.range(0, count)
                .mapToObj(i -> new TurnRecall.Script(
                        heldOut.get(i).instruction(isTerse(i)),
                        dialogues.questions(1_000_000L + i, LONGEST).stream()
                                .map(Instruction::text)
                                .toList()))
                .toList();
        TurnRecall.Judge keeps = (dialogue, turn, answer) -> {
            List<Persona.Trait> traits = heldOut.get(dialogue).traits();
            long kept = traits.stream().filter(t -> judge.keeps(t, answer)).count();
            return (double) kept / traits.size();
        };
        return new TurnRecall(model, keeps, TurnRecall.PAPER_TURNS)
                .measure(scripts)
                .recall();
    }

    private static int turns(int number) {
        return 2 + number % (LONGEST - 1);
    }

    private static boolean isTerse(int number) {
        return number / 2 % 2 == 0;
    }
}
