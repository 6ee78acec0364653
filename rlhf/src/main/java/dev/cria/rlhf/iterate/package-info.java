/** The whole of the paper's RLHF, version after version: preferences, reward models, rejection sampling, PPO. */
@NullMarked
package dev.cria.rlhf.iterate;

import org.jspecify.annotations.NullMarked;
