/**
 * Batches, and the files that tokens come from. {@link dev.cria.core.data.TokenShardWriter} writes tokenized text as {@code
 * .npy} files, {@link dev.cria.core.data.TokenShards} reads them at random through memory maps.
 */
@NullMarked
package dev.cria.core.data;

import org.jspecify.annotations.NullMarked;
