package dev.cria.sft;

import dev.cria.tokenizer.ChatMessage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builds data that teach a model to keep an instruction through a dialogue (Ghost Attention, Llama 2 paper section 3.3). Answers
 * are sampled with the instruction in every user message; the data keep it in the first one only, and only the last
 * answer is learned, since the others answer what is no longer asked.
 */
public final class GhostAttention {
    private static final Logger LOG = LoggerFactory.getLogger(GhostAttention.class);

    private final AnswerSource source;
    private final Place place;
    private final boolean reminds;

    /** Where the instruction stands in the data. */
    public enum Place {
        /** Before the first user message, as in the paper's construction. */
        FIRST_MESSAGE,
        /** In a system message. */
        SYSTEM
    }

    /**
     * A dialogue that was built.
     *
     * @param number of the dialogue, from 0 in the order of the questions
     * @param instruction what the assistant was told
     * @param sampled what the answers were sampled from: the instruction in every user message
     * @param conversation what is learned: the instruction once, loss on the last answer alone
     */
    public record Built(int number, String instruction, List<ChatMessage> sampled, Conversation conversation) {
        /** Copies the list. */
        public Built {
            sampled = List.copyOf(sampled);
        }
    }

    /**
     * A builder.
     *
     * @param source who answers, in the paper the newest chat model
     * @param place where the instruction stands in the data
     */
    public GhostAttention(AnswerSource source, Place place) {
        this(source, place, true);
    }

    private GhostAttention(AnswerSource source, Place place, boolean reminds) {
        this.source = source;
        this.place = place;
        this.reminds = reminds;
    }

    /**
     * The control of an experiment: a builder of data that differ in one thing, that the answers are sampled with the instruction in
     * the first user message only.
     */
    public GhostAttention withoutReminders() {
        return new GhostAttention(source, place, false);
    }

    /**
     * Builds a dialogue from each list of questions. One with an empty answer, or which grows too long to be
     * answered, is left out.
     *
     * @param questions the user's messages of each dialogue
     * @param instructions what the assistant is told in the dialogue of a number
     */
    public List<Built> build(List<List<String>> questions, IntFunction<String> instructions) {
        List<Draft> drafts = new ArrayList<>();
        for (int i = 0; i < questions.size(); i++) {
            drafts.add(new Draft(i, instructions.apply(i), questions.get(i), reminds));
        }
        List<Draft> byLength = drafts.stream()
                .sorted(Comparator.comparingInt(draft -> draft.questions.size()))
                .toList();
        for (int from = 0; from < byLength.size(); from += AnswerSource.GROUP) {
            hold(byLength.subList(from, Math.min(from + AnswerSource.GROUP, byLength.size())));
        }
        long tooLong = drafts.stream().filter(draft -> draft.tooLong).count();
        if (tooLong > 0) {
            LOG.warn("{} of {} dialogues are longer than the model's context and left out", tooLong, drafts.size());
        }
        return drafts.stream()
                .filter(Draft::isComplete)
                .map(draft -> draft.build(place))
                .toList();
    }

    /** Some dialogues from their first turn to their last. */
    private void hold(List<Draft> drafts) {
        int turns =
                drafts.stream().mapToInt(draft -> draft.questions.size()).max().orElse(0);
        for (int turn = 0; turn < turns; turn++) {
            answer(drafts, turn);
        }
    }

    /** One turn of all dialogues that have one, together. */
    private void answer(List<Draft> drafts, int turn) {
        List<Draft> open = drafts.stream()
                .filter(draft -> draft.answers.size() == turn && draft.questions.size() > turn)
                .filter(this::fits)
                .toList();
        List<String> answers = source.answers(open.stream().map(Draft::asked).toList());
        for (int i = 0; i < open.size(); i++) {
            if (!answers.get(i).isBlank()) {
                open.get(i).answers.add(answers.get(i));
            }
        }
    }

    private boolean fits(Draft draft) {
        draft.tooLong = !source.fits(draft.asked());
        return !draft.tooLong;
    }

    /** A dialogue while it is answered. */
    private static final class Draft {
        private final int number;
        private final String instruction;
        private final List<String> questions;
        private final boolean reminds;
        private final List<String> answers = new ArrayList<>();
        private boolean tooLong;

        private Draft(int number, String instruction, List<String> questions, boolean reminds) {
            this.number = number;
            this.instruction = instruction;
            this.questions = List.copyOf(questions);
            this.reminds = reminds;
        }

        private boolean isComplete() {
            return !questions.isEmpty() && answers.size() == questions.size();
        }

        /** What the next answer is sampled from: the instruction is in every user message. */
        private List<ChatMessage> asked() {
            return messages(reminds ? questions.size() : 1);
        }

        /** What has been said, with the instruction in the first user messages. */
        private List<ChatMessage> messages(int told) {
            List<ChatMessage> messages = new ArrayList<>();
            for (int turn = 0; turn < questions.size() && turn <= answers.size(); turn++) {
                String question = questions.get(turn);
                messages.add(ChatMessage.user(turn < told ? instruction + " " + question : question));
                if (turn < answers.size()) {
                    messages.add(ChatMessage.assistant(answers.get(turn)));
                }
            }
            return messages;
        }

        private Built build(Place place) {
            List<ChatMessage> once = messages(place == Place.FIRST_MESSAGE ? 1 : 0);
            if (place == Place.SYSTEM) {
                once.add(0, ChatMessage.system(instruction));
            }
            return new Built(number, instruction, asked(), Conversation.of(once).withLastAnswerLearned());
        }
    }
}
