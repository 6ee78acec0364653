package dev.cria.rlhf.ppo;

import static dev.cria.core.config.Ranges.require;

/**
 * How the models learn from answers. What the paper leaves open has the value most implementations use.
 *
 * @param miniBatchSize answers of a gradient step: 64 in the paper
 * @param epochs passes over the answers of an iteration: 1, so that each is used once, as in the paper
 * @param accumulation parts in which a mini-batch is computed, to save memory; changes nothing else
 * @param clip how far the ratio of new and old probability may go from 1: 0.2 in the paper
 * @param valueClip how far a value may go from its old one (open in the paper: 0.2); 0 for no clipping
 * @param gamma discount (open: 1)
 * @param lambda of the advantages (open: 0.95)
 * @param whitenAdvantages whether advantages get mean 0 and deviation 1 over all tokens of the iteration (open: yes)
 * @param whiteningFloor least deviation that whitening divides by
 */
public record UpdateConfig(
        int miniBatchSize,
        int epochs,
        int accumulation,
        double clip,
        double valueClip,
        double gamma,
        double lambda,
        boolean whitenAdvantages,
        double whiteningFloor) {
    /** Checks the ranges and names the offending key. */
    public UpdateConfig {
        require(miniBatchSize >= 1, "miniBatchSize", miniBatchSize, "at least 1");
        require(epochs >= 1, "epochs", epochs, "at least 1");
        require(accumulation >= 1, "accumulation", accumulation, "at least 1");
        require(clip > 0 && clip < 1, "clip", clip, "above 0 and below 1");
        require(valueClip >= 0, "valueClip", valueClip, "at least 0");
        require(gamma >= 0 && gamma <= 1, "gamma", gamma, "in 0 to 1");
        require(lambda >= 0 && lambda <= 1, "lambda", lambda, "in 0 to 1");
        require(whiteningFloor > 0, "whiteningFloor", whiteningFloor, "above 0");
    }

    /** The paper's settings. */
    public static UpdateConfig defaults() {
        return new UpdateConfig(64, 1, 1, 0.2, 0.2, 1, 0.95, true, 1e-3);
    }
}
