/**
 * The fast path: the kernels of {@link dev.cria.core.ops.TensorOps} on the host's memory. Matrix products go to BLAS with
 * leading dimensions and offsets, so that nothing is permuted or copied for them; everything else copies a few rows at a
 * time into {@code float[]} tiles that stay in the cache, works on them through {@link dev.cria.core.ops.cpu.TileKernels},
 * and copies them back.
 *
 * <p>Work is cut into tasks by the sizes of the tensors alone, and every output element is written by one task, so that
 * results do not depend on which thread ran what.
 */
@NullMarked
package dev.cria.core.ops.cpu;

import org.jspecify.annotations.NullMarked;
