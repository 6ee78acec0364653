/** Batches, and the files that tokens come from. */
@NullMarked
package dev.cria.core.data;

import org.jspecify.annotations.NullMarked;
