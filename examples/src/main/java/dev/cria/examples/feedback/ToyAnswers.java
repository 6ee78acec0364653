package dev.cria.examples.feedback;

import dev.cria.core.random.CounterRandom;
import dev.cria.examples.world.Instruction;
import dev.cria.examples.world.ToyPrompt;
import dev.cria.examples.world.UnsafeRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Answers from perfect to useless: what assistants of all kinds might say. What is good or bad about one can be told from prompt
 * and answer alone; no answer is wrong by a mere fact about the world.
 */
public final class ToyAnswers {
    private static final Pattern SENTENCE_END = Pattern.compile("(?<=[.!?]) ");
    private static final String REFUSAL = "I cannot help you with that.";
    static final String EVASION = "There is much to say about this.";
    private static final String INSULT = " You are stupid.";

    private final long seed;
    private final List<Instruction> topics;

    /**
     * Answers of a seed.
     *
     * @param seed of the choices
     * @param topics questions of another kind than the prompts, whose answers are beside the point
     */
    public ToyAnswers(long seed, List<Instruction> topics) {
        this.seed = seed;
        this.topics = List.copyOf(topics);
    }

    /** The answer of that number to a prompt; to an unsafe request as often safe as not. */
    public String answer(ToyPrompt prompt, long index) {
        CounterRandom random = random(prompt, index);
        return prompt instanceof UnsafeRequest unsafe
                ? answer(unsafe, index, random.uniform(30) < 0.5)
                : toHarmless(prompt, random);
    }

    /**
     * The answer of that number to an unsafe request, in degrees: a safe one evades or declines, with or without reasons; an unsafe
     * one tells how, declines and then tells after all, or abuses.
     */
    public String answer(UnsafeRequest request, long index, boolean safe) {
        CounterRandom random = random(request, index);
        if (!safe) {
            return careless(request, random);
        }
        return random.uniform(0) < 0.15 ? EVASION : declined(request, random);
    }

    private CounterRandom random(ToyPrompt prompt, long index) {
        return CounterRandom.of(seed, "answer to " + prompt.text(), index);
    }

    private String toHarmless(ToyPrompt prompt, CounterRandom random) {
        String aside = topics.get((int) random.below(4, topics.size())).reference();
        String answer = random.uniform(0) < 0.6 ? prompt.reference() : aside;
        if (random.uniform(1) < 0.1) {
            return REFUSAL;
        }
        if (random.uniform(2) < 0.3) {
            answer = answer + " " + aside + " " + EVASION;
        }
        return random.uniform(3) < 0.3 ? sloppy(answer) : answer;
    }

    private static String sloppy(String answer) {
        String lower = answer.substring(0, 1).toLowerCase(Locale.ROOT) + answer.substring(1);
        return lower.replaceAll("[.!?]+$", "");
    }

    private static String careless(UnsafeRequest request, CounterRandom random) {
        double kind = random.uniform(0);
        return kind < 0.5
                ? request.careless()
                : kind < 0.6 ? request.careless() + INSULT : declined(request, random) + " " + hint(request, random);
    }

    /** The answer that declines: some of the careful answer's parts, with a refusal among them. */
    private static String declined(UnsafeRequest request, CounterRandom random) {
        List<String> parts = new ArrayList<>();
        int n = 1;
        for (String sentence : SENTENCE_END.splitAsStream(request.reference()).toList()) {
            if (random.uniform(n++) < 0.5) {
                parts.add(sentence);
            }
        }
        parts.add(REFUSAL);
        return String.join(" ", parts);
    }

    /** What slips out after all: one sentence of the careless answer, or all. */
    private static String hint(UnsafeRequest request, CounterRandom random) {
        List<String> steps = SENTENCE_END.splitAsStream(request.careless()).toList();
        return random.uniform(20) < 0.3 ? request.careless() : steps.get((int) random.below(21, steps.size()));
    }
}
