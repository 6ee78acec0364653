package dev.cria.rlhf.ppo;

/**
 * Shift and scale that bring numbers to mean 0 and standard deviation 1. The deviation is the population's, and it has a
 * floor: numbers that are (nearly) equal become (nearly) 0 rather than noise of size 1, and so does a single one.
 *
 * @param mean of the numbers
 * @param deviation of the numbers
 * @param floor least deviation to divide by, above 0
 */
public record Whitening(double mean, double deviation, double floor) {
    /** Checks the floor. */
    public Whitening {
        if (!(floor > 0)) {
            throw new IllegalArgumentException("the whitening floor must be above 0, got " + floor);
        }
    }

    /**
     * The whitening of some numbers; of none at all, the one that changes nothing.
     *
     * @param values [n], finite
     * @param floor least deviation to divide by
     */
    public static Whitening of(double[] values, double floor) {
        if (values.length == 0) {
            return new Whitening(0, 1, floor);
        }
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        double mean = sum / values.length;
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean);
        }
        return new Whitening(mean, Math.sqrt(squares / values.length), floor);
    }

    /** The whitened number. */
    public double apply(double value) {
        return (value - mean) / Math.max(deviation, floor);
    }
}
