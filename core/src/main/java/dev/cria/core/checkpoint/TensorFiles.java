package dev.cria.core.checkpoint;

import dev.cria.core.io.InvalidFileException;
import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.TensorOps;
import java.util.Arrays;

/** Carries tensors between files and a model's memory, a chunk at a time. */
public final class TensorFiles {
    private TensorFiles() {}

    /**
     * A tensor to be written to a file.
     *
     * @param ops kernels that can read the tensor's memory
     * @param name its name in the file
     * @param dtype element type in the file
     * @param tensor the values, read when the file is written
     */
    public static NamedTensor named(TensorOps ops, String name, DType dtype, Tensor tensor) {
        Tensor flat = tensor.reshape(tensor.length());
        return NamedTensor.of(
                name,
                dtype,
                tensor.shape(),
                (chunk, length, at) -> ops.download(chunk, 0, flat.slice(at, at + length), length));
    }

    /**
     * Reads a tensor of a file.
     *
     * @param ops kernels that can write the tensor's memory
     * @param file where it is read from
     * @param name its name in the file
     * @param tensor where the values go
     * @throws dev.cria.core.io.InvalidFileException if it is missing or has another shape
     */
    public static void read(TensorOps ops, Safetensors file, String name, Tensor tensor) {
        StoredTensor stored = file.tensor(name);
        if (!Arrays.equals(stored.sizes(), tensor.shape())) {
            throw new InvalidFileException(
                    stored.file(),
                    "tensor \"%s\" has shape %s, but the model wants %s"
                            .formatted(name, stored.shape(), Arrays.toString(tensor.shape())));
        }
        Tensor flat = tensor.reshape(tensor.length());
        file.read(name, (chunk, length, at) -> ops.upload(flat.slice(at, at + length), chunk, 0, length));
    }
}
