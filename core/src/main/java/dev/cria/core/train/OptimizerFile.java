package dev.cria.core.train;

import dev.cria.core.autograd.Parameter;
import dev.cria.core.autograd.Parameters;
import dev.cria.core.checkpoint.DType;
import dev.cria.core.checkpoint.NamedTensor;
import dev.cria.core.checkpoint.Safetensors;
import dev.cria.core.checkpoint.SafetensorsWriter;
import dev.cria.core.checkpoint.TensorFiles;
import dev.cria.core.ops.TensorOps;
import dev.cria.core.optim.AdamW;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** AdamW's moments in {@code optimizer.safetensors}: {@code NAME.exp_avg} and {@code NAME.exp_avg_sq} of each trained weight. */
final class OptimizerFile {
    private static final String NAME = "optimizer";
    private static final String FIRST = ".exp_avg";
    private static final String SECOND = ".exp_avg_sq";

    private OptimizerFile() {}

    static void write(Path directory, TensorOps ops, Parameters parameters, AdamW optimizer) {
        List<NamedTensor> tensors = new ArrayList<>();
        for (Parameter parameter : parameters.all()) {
            if (parameter.gradient() != null) {
                AdamW.Moments moments = optimizer.moments(parameter);
                tensors.add(TensorFiles.named(ops, parameter.name() + FIRST, DType.F32, moments.first()));
                tensors.add(TensorFiles.named(ops, parameter.name() + SECOND, DType.F32, moments.second()));
            }
        }
        SafetensorsWriter.write(directory, NAME, tensors, SafetensorsWriter.DEFAULT_SHARD_BYTES);
    }

    static void read(Path directory, TensorOps ops, Parameters parameters, AdamW optimizer) {
        try (Safetensors file = Safetensors.open(directory, NAME)) {
            for (Parameter parameter : parameters.all()) {
                if (parameter.gradient() != null) {
                    AdamW.Moments moments = optimizer.moments(parameter);
                    TensorFiles.read(ops, file, parameter.name() + FIRST, moments.first());
                    TensorFiles.read(ops, file, parameter.name() + SECOND, moments.second());
                }
            }
        }
    }
}
