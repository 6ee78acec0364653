/** The miniature Llama 2: the whole recipe on the toy world, stage after stage in one run directory. */
@NullMarked
package dev.cria.examples.recipe;

import org.jspecify.annotations.NullMarked;
