package dev.cria.core.autograd;

import dev.cria.core.ops.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A named weight: a view of a model's flat buffers.
 *
 * @param name Hugging Face's tensor name
 * @param value the weight
 * @param gradient where its gradient accumulates, of the same shape; null if frozen or loaded for inference
 */
public record Parameter(String name, Tensor value, @Nullable Tensor gradient) {}
