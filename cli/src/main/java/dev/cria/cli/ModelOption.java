package dev.cria.cli;

import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.ops.Precision;
import dev.cria.model.Llama;
import java.nio.file.Path;
import org.nd4j.linalg.api.buffer.DataType;
import picocli.CommandLine.Option;

/** The option that names a model. */
final class ModelOption {
    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR",
            description = "A model directory, checkpoint or run.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path model;

    @Option(
            names = "--weights",
            defaultValue = "fp32",
            description = "Weights in memory: fp32, or bf16 for half of it (${DEFAULT-VALUE}).")
    private Precision weights = Precision.FP32;

    /** The model's directory. */
    Path directory() {
        return Checkpoints.resolve(model);
    }

    /** Loads the model without gradients. */
    Llama load(Engine engine) {
        return Llama.loadForInference(
                engine,
                directory(),
                weights == Precision.BF16 ? DataType.BFLOAT16 : engine.ops().dataType());
    }
}
