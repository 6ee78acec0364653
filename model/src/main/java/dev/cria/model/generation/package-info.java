/** Text out of a model: sampling, stopping, streaming. */
@NullMarked
package dev.cria.model.generation;

import org.jspecify.annotations.NullMarked;
