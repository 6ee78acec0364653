/** The Llama model, its weights, decoding and sampling. */
@NullMarked
package dev.cria.model;

import org.jspecify.annotations.NullMarked;
