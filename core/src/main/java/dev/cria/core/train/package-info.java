/** The training loop that every stage shares, and what it tells those who watch. */
@NullMarked
package dev.cria.core.train;

import org.jspecify.annotations.NullMarked;
