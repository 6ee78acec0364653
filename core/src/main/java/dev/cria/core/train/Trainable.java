package dev.cria.core.train;

import dev.cria.core.Engine;
import dev.cria.core.autograd.Parameter;
import dev.cria.core.autograd.Parameters;
import dev.cria.core.ops.Tensor;
import java.nio.file.Path;
import java.util.function.Function;

/** A model that a training loop can update, save and set back. */
public interface Trainable {
    /** What it computes on. */
    Engine engine();

    /** Its weights, with gradients for those that are trained. */
    Parameters parameters();

    /** Writes its files into an existing directory. */
    default void save(Path directory) {
        save(directory, Parameter::value);
    }

    /**
     * Writes its files into an existing directory with weights from elsewhere: a copy that does not change meanwhile, or
     * an average. May be called from a thread of its own.
     *
     * @param directory where the files go
     * @param weights the values to write for each weight, of its shape
     */
    void save(Path directory, Function<Parameter, Tensor> weights);

    /**
     * Reads its weights from a directory that it was saved to.
     *
     * @throws dev.cria.core.io.InvalidFileException if they are missing, damaged or of another shape
     */
    void load(Path directory);
}
