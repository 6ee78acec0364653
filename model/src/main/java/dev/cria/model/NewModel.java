package dev.cria.model;

import dev.cria.core.train.Trainable;
import java.util.function.Consumer;

/** Fills models that nobody has seen yet. */
final class NewModel {
    private NewModel() {}

    /** The model once it is filled; where that fails, its weights are freed, since nobody else could free them. */
    static <M extends Trainable> M filled(M model, Consumer<M> filling) {
        try {
            filling.accept(model);
            return model;
        } catch (RuntimeException | Error e) {
            model.parameters().close();
            throw e;
        }
    }
}
