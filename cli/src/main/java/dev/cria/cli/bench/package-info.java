/** Benchmarks of whole steps, as users run them: {@code cria bench}. */
@NullMarked
package dev.cria.cli.bench;

import org.jspecify.annotations.NullMarked;
