package dev.cria.examples.recipe;

import java.util.Locale;

/** How large a recipe is; {@link Amounts} says what that means. */
public enum RecipeSize {
    /** To see that all stages run: under a minute. Nothing is learned well. */
    TINY,
    /** Meant for three minutes. */
    SMALL,
    /** At most ten minutes on two cores. */
    DEFAULT,
    /** Meant for an hour, with more points of every ablation. */
    LARGE;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
