package dev.cria.examples.chat;

import dev.cria.core.train.LogListener;
import dev.cria.core.train.TrainingListener;
import dev.cria.core.train.TrainingLoop;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A sitting at an experiment: who watches its trainings, and a way to end it so that it can be gone on with. */
public final class Sitting {
    private static final int LOG_STEPS = 100;

    private final Function<Path, List<TrainingListener>> listeners;
    private volatile boolean stopRequested;
    private volatile @Nullable Runnable stopTraining;

    /** The sitting was asked to end. */
    public static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /**
     * A sitting.
     *
     * @param listeners who watches the training in a run directory
     */
    public Sitting(Function<Path, List<TrainingListener>> listeners) {
        this.listeners = listeners;
    }

    /** A sitting whose trainings log a line now and then. */
    public static Sitting logging() {
        return new Sitting(run -> List.of(new LogListener(LOG_STEPS)));
    }

    /** Who watches the training in a run directory. */
    public List<TrainingListener> listeners(Path run) {
        return listeners.apply(run);
    }

    /** Asks for the end as soon as the work can be gone on with. May be called from any thread. */
    public void requestStop() {
        stopRequested = true;
        Runnable stop = stopTraining;
        if (stop != null) {
            stop.run();
        }
    }

    /**
     * A point at which the work can be gone on with.
     *
     * @throws Stopped if the sitting shall end
     */
    public void mayStop() {
        if (stopRequested) {
            throw new Stopped();
        }
    }

    /**
     * Work that can be stopped by itself.
     *
     * @param stop asks it to end
     * @param work returns whether it was completed
     * @throws Stopped if it was not
     */
    public void run(Runnable stop, Supplier<Boolean> work) {
        stopTraining = stop;
        try {
            mayStop();
            if (!work.get()) {
                throw new Stopped();
            }
        } finally {
            stopTraining = null;
        }
    }

    /**
     * Trains.
     *
     * @param stop asks the training to end
     * @param training the training
     * @throws Stopped if it was stopped
     */
    public void train(Runnable stop, Supplier<TrainingLoop.Result> training) {
        run(stop, () -> training.get().completed());
    }
}
