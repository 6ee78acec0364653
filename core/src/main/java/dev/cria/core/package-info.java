/** Tensor operations, autograd, optimizer, checkpoints and the training loop. */
@NullMarked
package dev.cria.core;

import org.jspecify.annotations.NullMarked;
