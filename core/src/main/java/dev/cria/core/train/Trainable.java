package dev.cria.core.train;

import dev.cria.core.Engine;
import dev.cria.core.autograd.Parameters;
import java.nio.file.Path;

/** A model that a training loop can update and save. */
public interface Trainable {
    /** What it computes on. */
    Engine engine();

    /** Its weights, with gradients. */
    Parameters parameters();

    /** Writes its files into an existing directory. */
    void save(Path directory);
}
