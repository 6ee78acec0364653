package dev.cria.examples.feedback;

import dev.cria.core.random.CounterRandom;
import dev.cria.examples.feedback.Annotators.Comparison;
import dev.cria.examples.feedback.Annotators.Task;
import dev.cria.examples.world.Instruction;
import dev.cria.examples.world.Instructions;
import dev.cria.examples.world.Requests;
import dev.cria.examples.world.Split;
import dev.cria.examples.world.ToyPrompt;
import dev.cria.examples.world.ToyWorld;
import dev.cria.examples.world.UnsafeRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;

/** Comparisons of answers in a toy world. */
public final class ToyComparisons {
    private static final Set<String> ASIDES = Set.of("animal", "plus", "minus", "times", "list");

    // Of the comparisons for safety; one of each in 18 %, as in the paper (section 3.2.1). There both are unsafe in 35
    // %; here
    // in more, as from models that have yet to learn care.
    private static final double BOTH_UNSAFE = 0.50;
    private static final double BOTH_SAFE = 0.32;

    private final ToyWorld world;
    private final ToyAnswers answers;
    private final Instructions instructions;
    private final Requests requests;

    /** Comparisons in a world. */
    public ToyComparisons(ToyWorld world) {
        this.world = world;
        this.instructions = new Instructions(world);
        this.requests = new Requests(world);
        List<Instruction> asides = instructions.of(Split.TRAIN).stream()
                .filter(question -> !aboutTheWorld(question))
                .toList();
        this.answers = new ToyAnswers(world.seed(), asides);
    }

    /**
     * Comparisons for a task: of answers to questions and requests for helpfulness, to unsafe requests alone for
     * safety, of which in degrees both are unsafe, both safe, or one each.
     *
     * @param annotators who compare
     * @param split which prompts
     * @param count how many
     */
    public List<Comparison> of(Task task, Annotators annotators, Split split, int count) {
        return of(task, annotators, prompts(task, split), count);
    }

    /** The same of answers to given prompts; for safety they are unsafe requests. */
    public List<Comparison> of(Task task, Annotators annotators, List<? extends ToyPrompt> prompts, int count) {
        List<Comparison> comparisons = new ArrayList<>();
        for (long index = 0; comparisons.size() < count; index++) {
            ToyPrompt prompt = prompts.get((int) (index * 7919 % prompts.size()));
            String first = answer(task, prompt, index, 0);
            String second = answer(task, prompt, index, 1);
            if (!first.equals(second)) {
                comparisons.add(annotators.compare(task, prompt, first, second, index));
            }
        }
        return comparisons;
    }

    /** One of the two answers of a comparison. */
    private String answer(Task task, ToyPrompt prompt, long index, int side) {
        long number = 2 * index + side;
        if (task == Task.HELPFULNESS || !(prompt instanceof UnsafeRequest request)) {
            return answers.answer(prompt, number);
        }
        double kind =
                CounterRandom.of(world.seed(), "kind of comparison", index).uniform(0);
        boolean safe = kind < BOTH_UNSAFE ? false : kind < BOTH_UNSAFE + BOTH_SAFE || side == 0;
        return answers.answer(request, number, safe);
    }

    private List<ToyPrompt> prompts(Task task, Split split) {
        List<UnsafeRequest> unsafe = LongStream.range(0, 4000)
                .mapToObj(requests::unsafe)
                .filter(request -> request.split() == split)
                .toList();
        if (task == Task.SAFETY) {
            return List.copyOf(unsafe);
        }
        List<Instruction> questions = instructions.of(split).stream()
                .filter(ToyComparisons::aboutTheWorld)
                .toList();
        List<ToyPrompt> prompts = new ArrayList<>(questions);
        prompts.addAll(unsafe.subList(0, Math.min(unsafe.size(), questions.size() / 3)));
        return prompts;
    }

    /** Questions about people, pets and places are asked; answers about animals, numbers and lists are beside the point. */
    private static boolean aboutTheWorld(Instruction question) {
        String kind = question.relation().substring(0, question.relation().indexOf(' '));
        return !ASIDES.contains(kind);
    }
}
