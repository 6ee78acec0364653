package dev.cria.core.train;

import static dev.cria.core.config.Ranges.require;

/**
 * What to do when training goes wrong. A step whose loss or gradient norm is not finite never updates the weights.
 *
 * @param maxSkipped so many skipped updates in a row end the run with an error
 * @param spikeFactor a loss above the mean of the last steps by so many standard deviations is a spike; 0 looks for none
 * @param spikeWindow steps over which mean and deviation are taken
 * @param rewind whether a spike sets the run back to its newest checkpoint and goes on with the data after the spike (as
 *     PaLM's training did, Chowdhery et al. 2022, section 5.1); otherwise it is only reported
 * @param maxRewinds so many rewinds of one run; spikes after them are only reported
 */
public record HealthConfig(int maxSkipped, double spikeFactor, int spikeWindow, boolean rewind, int maxRewinds) {
    /** Checks the ranges and names the offending key. */
    public HealthConfig {
        require(maxSkipped >= 1, "maxSkipped", maxSkipped, "at least 1");
        require(spikeFactor >= 0, "spikeFactor", spikeFactor, "at least 0");
        require(spikeWindow >= 2, "spikeWindow", spikeWindow, "at least 2");
        require(maxRewinds >= 0, "maxRewinds", maxRewinds, "at least 0");
        require(!rewind || spikeFactor > 0, "rewind", rewind, "false where spikeFactor is 0");
    }

    /** Twenty skipped updates end the run; spikes are not looked for. */
    public static HealthConfig defaults() {
        return new HealthConfig(20, 0, 100, false, 3);
    }
}
