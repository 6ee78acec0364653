package dev.cria.sft;

import dev.cria.tokenizer.ChatMessage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Measures how long a chat model keeps what it was told in the first message (Llama 2 paper, appendix A.3.5: attribute recall at
 * turns 2, 4, 6 and 20). The model's own answers are the dialogue's history.
 */
public final class TurnRecall {
    /** The paper's turns. */
    public static final List<Integer> PAPER_TURNS = List.of(2, 4, 6, 20);

    private final AnswerSource source;
    private final Judge judge;
    private final SortedSet<Integer> turns;

    /** Says how much of what it was told an answer keeps. */
    @FunctionalInterface
    public interface Judge {
        /**
         * Judges an answer.
         *
         * @param dialogue number of the dialogue, from 0
         * @param turn number of the turn, from 1
         * @param answer what the model said
         * @return the share of the attributes that it keeps, 0 to 1
         */
        double recall(int dialogue, int turn, String answer);
    }

    /**
     * A dialogue to hold.
     *
     * @param instruction told before the first question
     * @param questions the user's messages, as many as the last turn to measure
     */
    public record Script(String instruction, List<String> questions) {
        /** Copies the list. */
        public Script {
            questions = List.copyOf(questions);
        }
    }

    /**
     * What was measured.
     *
     * @param recall mean share of attributes kept, by turn
     * @param dialogues what was said
     * @param tooLong dialogues that outgrew the model's context, and count as having kept nothing from there on
     */
    public record Result(Map<Integer, Double> recall, List<List<ChatMessage>> dialogues, int tooLong) {}

    /**
     * A measurement.
     *
     * @param source the model
     * @param judge who says what is kept
     * @param turns which turns count, from 1
     */
    public TurnRecall(AnswerSource source, Judge judge, List<Integer> turns) {
        this.source = source;
        this.judge = judge;
        this.turns = new TreeSet<>(turns);
        if (turns.isEmpty() || this.turns.first() < 1) {
            throw new IllegalArgumentException("turns must be numbers from 1, got " + turns);
        }
    }

    /**
     * Holds the dialogues up to the last turn that counts, or to the last before they are too long to be answered.
     *
     * @throws IllegalArgumentException if a script has fewer questions than that
     */
    public Result measure(List<Script> scripts) {
        for (int i = 0; i < scripts.size(); i++) {
            int questions = scripts.get(i).questions().size();
            if (questions < turns.last()) {
                throw new IllegalArgumentException("dialogue %d has %d questions, but turn %d is to be measured"
                        .formatted(i, questions, turns.last()));
            }
        }
        List<List<ChatMessage>> dialogues = new ArrayList<>();
        scripts.forEach(script -> dialogues.add(new ArrayList<>()));
        double[] sums = new double[turns.last() + 1];
        for (int from = 0; from < scripts.size(); from += AnswerSource.GROUP) {
            int to = Math.min(from + AnswerSource.GROUP, scripts.size());
            for (int turn = 1; turn <= turns.last(); turn++) {
                sums[turn] += turn(scripts, dialogues, turn, from, to);
            }
        }
        Map<Integer, Double> recall = new LinkedHashMap<>();
        turns.forEach(turn -> recall.put(turn, sums[turn] / scripts.size()));
        int tooLong = (int) dialogues.stream()
                .filter(dialogue -> dialogue.size() < 2 * turns.last())
                .count();
        return new Result(recall, dialogues, tooLong);
    }

    /** One turn of the dialogues of some numbers; returns the sum of what they keep. */
    private double turn(List<Script> scripts, List<List<ChatMessage>> dialogues, int turn, int from, int to) {
        List<Integer> open = new ArrayList<>();
        for (int i = from; i < to; i++) {
            if (dialogues.get(i).size() == 2 * (turn - 1) && ask(dialogues.get(i), scripts.get(i), turn)) {
                open.add(i);
            }
        }
        List<String> answers = source.answers(open.stream().map(dialogues::get).toList());
        double sum = 0;
        for (int i = 0; i < open.size(); i++) {
            sum += judge.recall(open.get(i), turn, answers.get(i));
            dialogues.get(open.get(i)).add(ChatMessage.assistant(answers.get(i)));
        }
        return sum;
    }

    /** Adds a turn's question unless the dialogue would be too long; returns whether it did. */
    private boolean ask(List<ChatMessage> dialogue, Script script, int turn) {
        String question = script.questions().get(turn - 1);
        dialogue.add(ChatMessage.user(turn == 1 ? script.instruction() + " " + question : question));
        boolean fits = source.fits(dialogue);
        if (!fits) {
            dialogue.remove(dialogue.size() - 1);
        }
        return fits;
    }
}
