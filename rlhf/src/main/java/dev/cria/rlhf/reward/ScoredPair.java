package dev.cria.rlhf.reward;

import dev.cria.rlhf.preference.Preference;

/**
 * A comparison with a reward model's raw scores.
 *
 * @param preference what was compared
 * @param chosen score of the chosen answer
 * @param rejected score of the rejected answer
 */
public record ScoredPair(Preference preference, double chosen, double rejected) {
    /** Whether the model agrees with the annotator. */
    public boolean correct() {
        return chosen > rejected;
    }

    /** The model's probability that the chosen answer is the better one (Bradley and Terry). */
    public double probability() {
        return 1 / (1 + Math.exp(rejected - chosen));
    }
}
