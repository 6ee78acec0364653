package dev.cria.core.train;

import dev.cria.core.autograd.Parameter;
import dev.cria.core.checkpoint.DType;
import dev.cria.core.checkpoint.NamedTensor;
import dev.cria.core.checkpoint.Safetensors;
import dev.cria.core.checkpoint.SafetensorsWriter;
import dev.cria.core.checkpoint.TensorFiles;
import dev.cria.core.ops.TensorOps;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** AdamW's moments in {@code optimizer.safetensors}: {@code NAME.exp_avg} and {@code NAME.exp_avg_sq} of each trained weight. */
final class OptimizerFile {
    private static final String NAME = "optimizer";
    private static final String FIRST = ".exp_avg";
    private static final String SECOND = ".exp_avg_sq";

    private OptimizerFile() {}

    static void write(Path directory, TensorOps ops, TrainingTensors tensors) {
        List<NamedTensor> named = new ArrayList<>();
        for (Parameter parameter : tensors.parameters().all()) {
            if (parameter.isTrained()) {
                String name = parameter.name();
                named.add(TensorFiles.named(ops, name + FIRST, DType.F32, tensors.firstMoment(parameter)));
                named.add(TensorFiles.named(ops, name + SECOND, DType.F32, tensors.secondMoment(parameter)));
            }
        }
        SafetensorsWriter.write(directory, NAME, named, SafetensorsWriter.DEFAULT_SHARD_BYTES);
    }

    static void read(Path directory, TensorOps ops, TrainingTensors tensors) {
        try (Safetensors file = Safetensors.open(directory, NAME)) {
            for (Parameter parameter : tensors.parameters().all()) {
                if (parameter.isTrained()) {
                    TensorFiles.read(ops, file, parameter.name() + FIRST, tensors.firstMoment(parameter));
                    TensorFiles.read(ops, file, parameter.name() + SECOND, tensors.secondMoment(parameter));
                }
            }
        }
    }
}
