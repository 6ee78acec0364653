package dev.cria.core.train;

import dev.cria.core.autograd.Parameter;
import dev.cria.core.autograd.Parameters;
import dev.cria.core.checkpoint.Safetensors;
import dev.cria.core.checkpoint.TensorFiles;
import dev.cria.core.ops.Slab;
import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.TensorOps;
import java.nio.file.Path;

/**
 * Running average of the trained weights: {@code a = decay * a + (1 - decay) * w} after each update. Checkpoints hold it
 * as a model of its own in the directory {@code average}.
 */
final class WeightAverage implements AutoCloseable {
    /** Its directory in a checkpoint. */
    static final String DIRECTORY = "average";

    private final TensorOps ops;
    private final Parameters parameters;
    private final double decay;
    private final Slab values;

    WeightAverage(TensorOps ops, Parameters parameters, double decay) {
        this.ops = ops;
        this.parameters = parameters;
        this.decay = decay;
        this.values = Slab.allocate(ops.dataType(), parameters.trainedLength());
        ops.copy(flat(), parameters.trained());
    }

    void update() {
        ops.addScaled(flat(), flat(), decay - 1);
        ops.addScaled(flat(), parameters.trained(), 1 - decay);
    }

    Tensor flat() {
        return values.tensor(0, parameters.trainedLength());
    }

    /** Reads the average of a checkpoint; one without an average begins from its weights. */
    void resume(Path checkpoint) {
        ops.copy(flat(), parameters.trained());
        Path directory = checkpoint.resolve(DIRECTORY);
        if (directory.toFile().isDirectory()) {
            try (Safetensors file = Safetensors.open(directory)) {
                for (Parameter parameter : parameters.all()) {
                    if (parameter.isTrained()) {
                        Tensor average = values.tensor(
                                parameters.offset(parameter), parameter.value().shape());
                        TensorFiles.read(ops, file, parameter.name(), average);
                    }
                }
            }
        }
    }

    @Override
    public void close() {
        values.close();
    }
}
