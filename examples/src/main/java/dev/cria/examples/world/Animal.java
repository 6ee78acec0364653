package dev.cria.examples.world;

/**
 * A kind of animal; the same in every world.
 *
 * @param name such as "mouse"
 * @param plural such as "mice"
 * @param sound what it says
 * @param feed what it eats
 * @param shelter where it lives
 * @param canBePet whether people keep it at home
 */
public record Animal(String name, String plural, String sound, String feed, String shelter, boolean canBePet) {}
