/**
 * Which GPUs this machine has and whether ND4J's CUDA backend can compute on them, asked of NVIDIA's driver before ND4J
 * loads anything.
 */
@NullMarked
package dev.cria.core.ops.gpu;

import org.jspecify.annotations.NullMarked;
