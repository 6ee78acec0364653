/**
 * The toy world: people, places, animals and sums of our own invention, made from a seed, and the texts about them that a
 * small model can learn from scratch.
 */
@NullMarked
package dev.cria.examples.world;

import org.jspecify.annotations.NullMarked;
