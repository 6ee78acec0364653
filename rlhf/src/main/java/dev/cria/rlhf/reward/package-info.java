/** Reward models: training, scoring, evaluation. */
@NullMarked
package dev.cria.rlhf.reward;

import org.jspecify.annotations.NullMarked;
