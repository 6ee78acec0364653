/** Simulated people who compare answers in the toy world. */
@NullMarked
package dev.cria.examples.feedback;

import org.jspecify.annotations.NullMarked;
