/**
 * Kernels on the Vector API. Compiled in an execution of its own and found by reflection: nothing refers to this package
 * by name, so that the library runs without the incubating module.
 */
@NullMarked
package dev.cria.core.ops.vector;

import org.jspecify.annotations.NullMarked;
