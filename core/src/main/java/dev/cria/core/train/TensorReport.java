package dev.cria.core.train;

/**
 * What an update did to one weight tensor.
 *
 * @param name Hugging Face's name of the tensor
 * @param weights after the update
 * @param gradients before clipping
 * @param updates what was added to the weights
 */
public record TensorReport(String name, Distribution weights, Distribution gradients, Distribution updates) {
    /** Mean magnitude of the update over that of the weights; around 1e-3 is usual. 0 where all weights are 0. */
    public double updateRatio() {
        double magnitude = weights.meanMagnitude();
        return magnitude == 0 ? 0 : updates.meanMagnitude() / magnitude;
    }
}
