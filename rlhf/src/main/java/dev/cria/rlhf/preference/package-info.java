/** Comparisons of answers: files, importers, mixes, and the ragged batches that rankings are learned from. */
@NullMarked
package dev.cria.rlhf.preference;

import org.jspecify.annotations.NullMarked;
