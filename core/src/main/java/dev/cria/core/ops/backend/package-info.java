/** Which kernels fit the backend that ND4J has loaded. */
@NullMarked
package dev.cria.core.ops.backend;

import org.jspecify.annotations.NullMarked;
