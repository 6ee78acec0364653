/** Answers of a policy and their rewards: sampling, the combined reward, rejection sampling. */
@NullMarked
package dev.cria.rlhf.sampling;

import org.jspecify.annotations.NullMarked;
