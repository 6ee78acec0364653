package dev.cria.rlhf.reward;

/**
 * How often a model is right.
 *
 * @param correct cases in which it is
 * @param cases all
 */
public record Accuracy(int correct, int cases) {
    /** One case more. */
    Accuracy plus(boolean right) {
        return new Accuracy(correct + (right ? 1 : 0), cases + 1);
    }

    /** The share of correct cases; NaN without cases. */
    public double share() {
        return (double) correct / cases;
    }

    /** The standard error of {@link #share}: sqrt(p (1 - p) / n). */
    public double standardError() {
        return Math.sqrt(share() * (1 - share()) / cases);
    }
}
