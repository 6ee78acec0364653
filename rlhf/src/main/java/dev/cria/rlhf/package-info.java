/** From a chat model to one that people prefer: preferences and reward models, and what optimises against them. */
@NullMarked
package dev.cria.rlhf;

import org.jspecify.annotations.NullMarked;
