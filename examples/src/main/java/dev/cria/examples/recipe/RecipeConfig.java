package dev.cria.examples.recipe;

/**
 * What a run directory of a recipe holds.
 *
 * @param recipe version of the stages, which a run keeps
 * @param size how much of everything
 * @param seed of the world and of everything learned from it
 */
public record RecipeConfig(int recipe, RecipeSize size, long seed) {
    /** The present version of the stages. */
    static final int VERSION = 1;

    /** A new recipe. */
    public static RecipeConfig of(RecipeSize size, long seed) {
        return new RecipeConfig(VERSION, size, seed);
    }

    /** What a configuration file leaves out. */
    public static RecipeConfig defaults() {
        return of(RecipeSize.DEFAULT, 1);
    }

    /** How much of everything its size takes. */
    Amounts amounts() {
        return Amounts.of(size);
    }

    @Override
    public String toString() {
        return "size " + size + ", seed " + seed;
    }
}
