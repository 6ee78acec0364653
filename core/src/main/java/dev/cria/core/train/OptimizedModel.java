package dev.cria.core.train;

import dev.cria.core.optim.AdamW;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A model with its optimizer: one directory of a checkpoint that holds several models.
 *
 * @param model the weights
 * @param optimizer their moments
 */
public record OptimizedModel(Trainable model, AdamW optimizer) {
    /** Writes the model's files and {@code optimizer.safetensors} into an existing directory. */
    public void save(Path directory) {
        model.save(directory);
        OptimizerFile.write(directory, model.engine().ops(), tensors());
    }

    /**
     * Reads the optimizer's moments; the model has been loaded from the same directory.
     *
     * @param updates the optimizer's steps so far
     * @throws dev.cria.core.io.InvalidFileException if they are missing or of another model
     */
    public void resume(Path directory, long updates) {
        OptimizerFile.read(directory, model.engine().ops(), tensors());
        optimizer.resumeAt(updates);
    }

    private TrainingTensors tensors() {
        return new TrainingTensors(
                model.parameters(), model.parameters().values(), optimizer.moments(), Optional.empty());
    }
}
