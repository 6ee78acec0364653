/** JMH benchmarks; see {@code docs} for how to run them. */
@NullMarked
package dev.cria.bench;

import org.jspecify.annotations.NullMarked;
