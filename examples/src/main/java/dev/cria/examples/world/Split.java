package dev.cria.examples.world;

import dev.cria.core.random.CounterRandom;

/** What something may be used for. */
public enum Split {
    /** To learn from. */
    TRAIN,
    /** To measure with; never to be learned from. */
    HELD_OUT;

    /** The split of something by its name alone: held out with the given probability. */
    static Split of(long seed, String name, double heldOut) {
        return CounterRandom.of(seed, "split " + name, 0).uniform(0) < heldOut ? HELD_OUT : TRAIN;
    }
}
