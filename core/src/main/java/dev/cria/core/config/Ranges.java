package dev.cria.core.config;

import org.jspecify.annotations.Nullable;

/** What the constructors of configurations say of a value out of its range. */
public final class Ranges {
    private Ranges() {}

    /**
     * Refuses a value.
     *
     * @param holds whether it is in its range
     * @param key its key in the configuration
     * @param value the value
     * @param range what it must be, such as "at least 1"
     * @throws IllegalArgumentException naming key, range and value, if it is not
     */
    public static void require(boolean holds, String key, @Nullable Object value, String range) {
        if (!holds) {
            throw new IllegalArgumentException("%s must be %s, got %s".formatted(key, range, value));
        }
    }
}
