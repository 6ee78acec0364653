/** DL4J's training UI for a run: score, learning rate, ratios of updates to weights, memory and histograms. */
@NullMarked
package dev.cria.ui;

import org.jspecify.annotations.NullMarked;
