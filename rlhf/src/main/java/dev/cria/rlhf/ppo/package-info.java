/** Proximal policy optimization on a reward with a KL penalty, as in section 3.2.3 of the Llama 2 paper. */
@NullMarked
package dev.cria.rlhf.ppo;

import org.jspecify.annotations.NullMarked;
