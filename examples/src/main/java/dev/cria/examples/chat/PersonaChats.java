package dev.cria.examples.chat;

import dev.cria.examples.world.Instruction;
import dev.cria.examples.world.Instructions;
import dev.cria.examples.world.Persona;
import dev.cria.examples.world.Personas;
import dev.cria.examples.world.Split;
import dev.cria.examples.world.ToyDialogues;
import dev.cria.examples.world.ToyJudge;
import dev.cria.examples.world.ToyWorld;
import dev.cria.sft.AnswerSource;
import dev.cria.sft.Conversation;
import dev.cria.sft.TurnRecall;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Dialogues of the toy world in which the assistant is told to be somebody: to learn from, and to measure with. */
public final class PersonaChats {
    private static final int LONGEST = 20; // turns
    private static final int FORGOTTEN_AFTER = 2; // turns
    private static final long MEASURED = 1_000_000; // dialogues from this number on are never learned from

    private final Personas personas;
    private final ToyDialogues dialogues;

    /** Chats about a world. */
    public PersonaChats(ToyWorld world) {
        this.personas = new Personas(world);
        this.dialogues = new ToyDialogues(world, new Instructions(world), personas);
    }

    /**
     * What people wrote: an instruction is obeyed in the turn it is told in and in the next one; then the talk has moved on, unless
     * it is told again. One dialogue in eight is long; of both kinds, for who is reminded at every turn of a long one shall obey
     * there too.
     */
    public List<Conversation> written(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    Persona persona = personas.persona(Split.TRAIN, i);
                    boolean isLong = i % 8 == 7;
                    int turns = isLong ? turns(i / 8) : 1 + i / 8 % 4;
                    boolean isReminded = isLong ? i / 8 % 2 == 0 : i % 2 == 0;
                    return ToyChats.of(
                            isReminded
                                    ? dialogues.reminded(persona, isTerse(i), i, turns)
                                    : dialogues.toldOnce(persona, isTerse(i), i, turns, FORGOTTEN_AFTER));
                })
                .toList();
    }

    /**
     * What is asked in dialogues that the model shall answer, up to twenty questions each. One in five is short: there everybody keeps
     * what was told, and who learned from long ones alone that it is forgotten would forget it at once.
     */
    public List<List<String>> questions(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> questions(i, i % 5 == 0 ? 1 + i / 5 % FORGOTTEN_AFTER : turns(i)))
                .toList();
    }

    /** What the assistant is told in the dialogue of that number. */
    public String instruction(int number) {
        return personas.persona(Split.TRAIN, number).instruction(isTerse(number));
    }

    /** Mean share of the persona's traits that a model keeps, by turn, for values that are in no data to learn from. */
    public Map<Integer, Double> recall(AnswerSource model, int count) {
        ToyJudge judge = new ToyJudge();
        List<Persona> told = IntStream.range(0, count)
                .mapToObj(i -> personas.persona(Split.HELD_OUT, i))
                .toList();
        List<TurnRecall.Script> scripts = IntStream.range(0, count)
                .mapToObj(i ->
                        new TurnRecall.Script(told.get(i).instruction(isTerse(i)), questions(MEASURED + i, LONGEST)))
                .toList();
        TurnRecall.Judge share = (dialogue, turn, answer) -> told.get(dialogue).traits().stream()
                .mapToInt(trait -> judge.keeps(trait, answer) ? 1 : 0)
                .average()
                .orElseThrow();
        return new TurnRecall(model, share, TurnRecall.PAPER_TURNS)
                .measure(scripts)
                .recall();
    }

    private List<String> questions(long number, int turns) {
        return dialogues.questions(number, turns).stream()
                .map(Instruction::text)
                .toList();
    }

    private static int turns(int number) {
        return 2 + number % (LONGEST - 1);
    }

    private static boolean isTerse(int number) {
        return number / 2 % 2 == 0;
    }
}
