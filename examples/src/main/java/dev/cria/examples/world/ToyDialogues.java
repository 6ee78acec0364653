package dev.cria.examples.world;

import java.util.ArrayList;
import java.util.List;

/** Chats of several turns: questions of the training split and their answers, with or without a persona to keep. */
public final class ToyDialogues {
    private final long seed;
    private final Personas personas;
    private final List<Instruction> questions;

    /** Dialogues about a world. */
    public ToyDialogues(ToyWorld world, Instructions instructions, Personas personas) {
        this.seed = world.seed();
        this.personas = personas;
        this.questions = instructions.of(Split.TRAIN);
    }

    /** The questions of the dialogue of that number; the first ones are the same for every number of turns. */
    public List<Instruction> questions(long index, int turns) {
        if (turns < 1) {
            throw new IllegalArgumentException("a dialogue has at least one turn, got " + turns);
        }
        Draws draws = Draws.of(seed, "dialogue", index);
        List<Instruction> asked = new ArrayList<>();
        for (int turn = 0; turn < turns; turn++) {
            asked.add(draws.pick(questions));
        }
        return asked;
    }

    /** Without a persona: so many questions, each with its answer. */
    public Dialogue plain(long index, int turns) {
        List<Turn> messages = new ArrayList<>();
        for (Instruction question : questions(index, turns)) {
            messages.add(Turn.user(question.text()));
            messages.add(Turn.assistant(question.reference()));
        }
        return new Dialogue(messages);
    }

    /** The persona is told at every turn and kept in every answer. */
    public Dialogue reminded(Persona persona, boolean terse, long index, int turns) {
        return inCharacter(persona, terse, index, turns, turns, turns);
    }

    /**
     * The persona is told at the first turn only.
     *
     * @param persona what the assistant shall be
     * @param terse whether it is told in two words
     * @param index number of the dialogue
     * @param turns number of questions
     * @param kept in how many answers, from the first, the assistant keeps to it; later ones are plain
     */
    public Dialogue toldOnce(Persona persona, boolean terse, long index, int turns, int kept) {
        return inCharacter(persona, terse, index, turns, 1, kept);
    }

    private Dialogue inCharacter(Persona persona, boolean terse, long index, int turns, int told, int kept) {
        List<Turn> messages = new ArrayList<>();
        List<Instruction> asked = questions(index, turns);
        for (int turn = 0; turn < turns; turn++) {
            Instruction question = asked.get(turn);
            String answer = question.reference();
            messages.add(Turn.user(turn < told ? persona.instruction(terse) + " " + question.text() : question.text()));
            messages.add(Turn.assistant(turn < kept ? personas.inCharacter(persona, answer) : answer));
        }
        return new Dialogue(messages);
    }
}
