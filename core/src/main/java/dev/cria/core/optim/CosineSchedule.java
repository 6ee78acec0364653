package dev.cria.core.optim;

import org.nd4j.linalg.schedule.ISchedule;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Linear warmup to a peak, then a cosine down to a fraction of it (Llama 2 paper, section 2.2). Step 0 already moves: it
 * has the rate peak / (warmup + 1), and the rate at {@code totalSteps} is the floor. That is, if the warmup is shorter than
 * the run; otherwise the rate climbs to the end, as far as it gets: 2,000 steps of warmup leave a run of 1,000 at half the
 * peak.
 *
 * @param peak highest rate
 * @param warmupSteps steps before the peak
 * @param totalSteps steps of the whole run
 * @param floorFraction last rate as a fraction of the peak
 */
public record CosineSchedule(double peak, long warmupSteps, long totalSteps, double floorFraction)
        implements ISchedule {
    private static final long serialVersionUID = 1;
    private static final Logger LOG = LoggerFactory.getLogger(CosineSchedule.class);

    /** Checks the numbers. */
    public CosineSchedule {
        if (!(peak > 0 && warmupSteps >= 0 && totalSteps >= 1 && floorFraction >= 0 && floorFraction <= 1)) {
            throw new IllegalArgumentException(
                    "a cosine schedule needs a positive peak and total, a warmup of at least 0 and a floor in 0 to 1, got "
                            + "peak %s, warmupSteps %d, totalSteps %d, floorFraction %s"
                                    .formatted(peak, warmupSteps, totalSteps, floorFraction));
        }
    }

    /** The schedule of a run under the given settings; one that is all warmup is worth a warning. */
    public static CosineSchedule of(OptimizerConfig config, long totalSteps) {
        if (config.warmupSteps() >= totalSteps) {
            LOG.warn(
                    "the learning rate climbs for {} steps and the run has {}: it never comes down; make warmupSteps smaller",
                    config.warmupSteps(),
                    totalSteps);
        }
        return new CosineSchedule(
                config.learningRate(), config.warmupSteps(), totalSteps, config.finalLearningRateFraction());
    }

    /**
     * The rate of a step.
     *
     * @param step counted from 0
     */
    public double rate(long step) {
        if (step < warmupSteps) {
            return peak * (step + 1) / (warmupSteps + 1);
        }
        double progress = Math.min(1, (double) (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps));
        return peak * (floorFraction + (1 - floorFraction) * 0.5 * (1 + Math.cos(Math.PI * progress)));
    }

    /** The rate of an iteration, counted from 0; the epoch does not matter. */
    @Override
    public double valueAt(int iteration, int epoch) {
        return rate(iteration);
    }

    /** This schedule, since it cannot change. */
    @Override
    @SuppressWarnings("MissingSuperCall")
    public ISchedule clone() {
        return this;
    }
}
