/** From a pretrained model to a chat model: chat data, fine-tuning, Ghost Attention, context distillation. */
@NullMarked
package dev.cria.sft;

import org.jspecify.annotations.NullMarked;
