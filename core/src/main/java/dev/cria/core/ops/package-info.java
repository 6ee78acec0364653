/**
 * Tensors and the kernels that work on them: the one place that knows where a tensor's memory lies.
 *
 * <p>{@link dev.cria.core.ops.TensorOps} is the seam; {@link dev.cria.core.ops.ReferenceOps} is the slow, obvious
 * implementation on ND4J calls.
 */
@NullMarked
package dev.cria.core.ops;

import org.jspecify.annotations.NullMarked;
