/** Text of any size to token shards: streamed, in parallel, without duplicates, always to the same bytes. */
@NullMarked
package dev.cria.pretrain.prepare;

import org.jspecify.annotations.NullMarked;
