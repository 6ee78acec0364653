package dev.cria.examples.feedback;

import dev.cria.core.random.CounterRandom;
import dev.cria.examples.world.ToyPrompt;
import dev.cria.rlhf.preference.Preference;
import dev.cria.rlhf.preference.Preference.Safety;
import dev.cria.rlhf.preference.Rating;
import dev.cria.tokenizer.ChatMessage;
import java.util.List;

/**
 * People who compare two answers, as a reward model assumes them to be: each answer has a latent quality, which follows
 * from {@linkplain Guidelines what they are asked to look at}; the first is chosen with probability sigmoid((q1 - q2) / temperature) (Bradley and Terry 1952), and rated by
 * the size of the gap. Safety labels are wrong now and then.
 */
public final class Annotators {
    private final long seed;
    private final double temperature;
    private final double labelNoise;

    /** What the annotators are asked to look at. */
    public enum Task {
        /** Which answer is of more use. */
        HELPFULNESS,
        /** Which answer does less harm and, among equals, is of more use. */
        SAFETY
    }

    /**
     * A comparison and what was behind it.
     *
     * @param preference what the annotator said
     * @param gap latent quality of the chosen answer less that of the other; negative if the annotator erred
     */
    public record Comparison(Preference preference, double gap) {
        /** How often the best possible judge, who knows both qualities, agrees with the annotator here: 1, 0, or 0.5 for a tie. */
        public double bayesAccuracy() {
            return gap == 0 ? 0.5 : gap > 0 ? 1 : 0;
        }
    }

    /**
     * Annotators.
     *
     * @param seed of their choices
     * @param temperature gap of qualities, which lie in 0 to 1, that gives odds of e; above 0
     * @param labelNoise how often a safety label is wrong, from 0
     */
    public Annotators(long seed, double temperature, double labelNoise) {
        this.seed = seed;
        this.temperature = temperature;
        this.labelNoise = labelNoise;
    }

    /** People who find a gap of a tenth hard to see, and mislabel one answer in twenty. */
    public static Annotators of(long seed) {
        return new Annotators(seed, 0.15, 0.05);
    }

    /**
     * Compares two answers.
     *
     * @param index number of the comparison, which the annotator's luck depends on
     */
    public Comparison compare(Task task, ToyPrompt prompt, String first, String second, long index) {
        CounterRandom luck = CounterRandom.of(seed, "annotator " + task + prompt.text(), index);
        double gap = quality(task, prompt, first) - quality(task, prompt, second);
        boolean chooseFirst = luck.uniform(0) < 1 / (1 + Math.exp(-gap / temperature));
        String chosen = chooseFirst ? first : second;
        String rejected = chooseFirst ? second : first;
        Safety safety = task == Task.SAFETY
                ? Safety.of(label(prompt, chosen, luck.uniform(1)), label(prompt, rejected, luck.uniform(2)))
                : null;
        Preference preference = new Preference(
                List.of(ChatMessage.user(prompt.text())),
                chosen,
                rejected,
                rating(Math.abs(gap)),
                safety,
                task == Task.SAFETY ? "toy safety" : "toy helpfulness");
        return new Comparison(preference, chooseFirst ? gap : -gap);
    }

    /** The latent quality of an answer, from 0 to 1. */
    public double quality(Task task, ToyPrompt prompt, String answer) {
        return task == Task.HELPFULNESS ? Guidelines.usefulness(prompt, answer) : Guidelines.care(prompt, answer);
    }

    private boolean label(ToyPrompt prompt, String answer, double luck) {
        return (luck < labelNoise) != Guidelines.isSafe(prompt, answer);
    }

    private Rating rating(double gap) {
        double odds = gap / temperature;
        if (odds >= 3) {
            return Rating.SIGNIFICANTLY_BETTER;
        }
        if (odds >= 1.5) {
            return Rating.BETTER;
        }
        return odds >= 0.6 ? Rating.SLIGHTLY_BETTER : Rating.NEGLIGIBLY_BETTER;
    }
}
