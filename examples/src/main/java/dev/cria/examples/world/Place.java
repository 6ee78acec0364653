package dev.cria.examples.world;

/**
 * A town.
 *
 * @param name unique in the world
 * @param river the river that flows through it and through no other town
 * @param food what the town, and no other, is famous for
 * @param weather the usual weather there, an adjective
 */
public record Place(String name, String river, String food, String weather) {}
