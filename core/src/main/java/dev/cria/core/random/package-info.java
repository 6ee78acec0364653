/** Randomness as a function of seed, stream and step: no hidden state, so resuming is exact. */
@NullMarked
package dev.cria.core.random;

import org.jspecify.annotations.NullMarked;
