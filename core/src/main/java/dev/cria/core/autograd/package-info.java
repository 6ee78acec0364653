/** The reverse-mode tape and the flat parameters it accumulates gradients into. */
@NullMarked
package dev.cria.core.autograd;

import org.jspecify.annotations.NullMarked;
