package dev.cria.examples.world;

import dev.cria.core.random.CounterRandom;
import java.util.ArrayList;
import java.util.List;

/** Choices made one after another from one stream of random numbers. */
final class Draws {
    private final CounterRandom random;
    private long next;

    private Draws(CounterRandom random) {
        this.random = random;
    }

    /** The choices for one thing to be made: the same for the same arguments. */
    static Draws of(long seed, String purpose, long index) {
        return new Draws(CounterRandom.of(seed, purpose, index));
    }

    /** Uniform in 0 to bound - 1. */
    int below(int bound) {
        return (int) random.below(next++, bound);
    }

    /** Uniform in first to last, both included. */
    int between(int first, int last) {
        return first + below(last - first + 1);
    }

    /** True with the given probability. */
    boolean chance(double probability) {
        return random.uniform(next++) < probability;
    }

    /** One of the elements, all equally likely. */
    <T> T pick(List<T> elements) {
        return elements.get(below(elements.size()));
    }

    /** The elements in random order (Fisher and Yates). */
    <T> List<T> shuffled(List<T> elements) {
        List<T> order = new ArrayList<>(elements);
        for (int i = order.size() - 1; i > 0; i--) {
            int j = below(i + 1);
            T moved = order.set(i, order.get(j));
            order.set(j, moved);
        }
        return order;
    }

    /** So many different elements, in random order. */
    <T> List<T> some(List<T> elements, int count) {
        return shuffled(elements).subList(0, count);
    }
}
