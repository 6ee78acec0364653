package dev.cria.cli;

import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.model.Llama;
import java.nio.file.Path;
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

    /** The model's directory. */
    Path directory() {
        return Checkpoints.resolve(model);
    }

    /** Loads the model without gradients. */
    Llama load(Engine engine) {
        return Llama.loadForInference(engine, directory());
    }
}
