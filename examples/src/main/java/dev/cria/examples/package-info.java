/** One short main class per stage, and the toy world they learn. */
@NullMarked
package dev.cria.examples;

import org.jspecify.annotations.NullMarked;
