/**
 * The checkpoint: a Hugging Face model directory with the training state beside it.
 *
 * <p>{@link dev.cria.core.checkpoint.Safetensors} reads tensors, {@link dev.cria.core.checkpoint.SafetensorsWriter}
 * writes them, {@link dev.cria.core.checkpoint.CheckpointWriter} publishes a whole directory under a {@link
 * dev.cria.core.checkpoint.Manifest}, and {@link dev.cria.core.checkpoint.Checkpoints} keeps those of a run.
 */
@NullMarked
package dev.cria.core.checkpoint;

import org.jspecify.annotations.NullMarked;
