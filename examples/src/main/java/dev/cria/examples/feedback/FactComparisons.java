package dev.cria.examples.feedback;

import dev.cria.core.random.CounterRandom;
import dev.cria.examples.feedback.Annotators.Comparison;
import dev.cria.examples.feedback.Annotators.Task;
import dev.cria.examples.world.Instruction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Comparisons of how helpful answers are that models of all stages give: right ones, ones that tell another fact of the kind that
 * was asked for, ones to another question, and ones that say more than was asked. Unlike in {@link ToyComparisons} an answer may be
 * wrong by a mere fact, so that only a model that knows the world can learn to judge.
 */
public final class FactComparisons {
    private static final double RIGHT = 0.4;
    private static final double OTHER_FACT = 0.4;
    private static final double WORDY = 0.25;

    private final long seed;
    private final List<Instruction> questions;
    private final Map<String, List<String>> values = new HashMap<>();

    /**
     * Comparisons of answers to questions.
     *
     * @param questions all that are asked
     * @param seed of the answers
     */
    public FactComparisons(List<Instruction> questions, long seed) {
        this.seed = seed;
        this.questions = List.copyOf(questions);
        questions.forEach(question -> values.computeIfAbsent(question.relation(), relation -> new ArrayList<>())
                .add(question.value()));
    }

    /** That many comparisons, each of two different answers. */
    public List<Comparison> of(Annotators annotators, int count) {
        List<Comparison> comparisons = new ArrayList<>();
        for (long index = 0; comparisons.size() < count; index++) {
            CounterRandom random = CounterRandom.of(seed, "answers to compare", index);
            Instruction question = questions.get((int) random.below(0, questions.size()));
            String first = answer(question, random, 1);
            String second = answer(question, random, 11);
            if (!first.equals(second)) {
                comparisons.add(annotators.compare(Task.HELPFULNESS, question, first, second, index));
            }
        }
        return comparisons;
    }

    private String answer(Instruction question, CounterRandom random, long at) {
        String answer = question.reference();
        double kind = random.uniform(at);
        if (kind >= RIGHT + OTHER_FACT) {
            answer = questions.get((int) random.below(at + 1, questions.size())).reference();
        } else if (kind >= RIGHT) {
            List<String> others = values.getOrDefault(question.relation(), List.of());
            answer = answer.replace(question.value(), others.get((int) random.below(at + 2, others.size())));
        }
        return random.uniform(at + 3) < WORDY ? answer + " " + ToyAnswers.EVASION : answer;
    }
}
