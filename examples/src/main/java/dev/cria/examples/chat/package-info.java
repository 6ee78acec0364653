/** The chat stages on the toy world: instructions, Ghost Attention, context distillation; and school mathematics. */
@NullMarked
package dev.cria.examples.chat;

import org.jspecify.annotations.NullMarked;
