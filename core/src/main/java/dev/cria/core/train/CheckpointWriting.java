package dev.cria.core.train;

import dev.cria.core.checkpoint.TrainerState;
import dev.cria.core.ops.Slab;
import dev.cria.core.ops.TensorOps;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes checkpoints while training goes on: the run's memory is copied, and a thread of its own writes the copy. One
 * checkpoint is written at a time; should the next be due before it is done, training waits. A checkpoint that cannot be
 * written (a full disk) is a warning, since the one before it is whole.
 */
final class CheckpointWriting implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointWriting.class);

    private final RunCheckpoints checkpoints;
    private final TensorOps ops;
    private final TrainingTensors live;
    private final List<Written> finished = new ArrayList<>();
    private @Nullable ExecutorService thread;
    private @Nullable Slab staging;
    private @Nullable Future<Written> pending;
    private boolean background;

    /** A checkpoint in its place, or why it is not. */
    record Written(
            long step, @Nullable Path directory, @Nullable RuntimeException failure) {}

    CheckpointWriting(RunCheckpoints checkpoints, TensorOps ops, TrainingTensors live) {
        this.checkpoints = checkpoints;
        this.ops = ops;
        this.live = live;
        this.background = checkpoints.config().background();
    }

    /** Begins to write a checkpoint of this moment; waits for the one before. */
    void begin(TrainerState state, OptionalLong best) {
        await();
        TrainingTensors copy = background ? copy() : null;
        if (copy == null) {
            finished.add(write(state, live, best));
        } else {
            pending = executor().submit(() -> write(state, copy, best));
        }
    }

    /** Copies the run's memory; null where there is no memory for a copy. */
    private @Nullable TrainingTensors copy() {
        Slab slab = staging;
        if (slab == null) {
            try {
                slab = Slab.allocate(ops.dataType(), live.length());
            } catch (OutOfMemoryError e) {
                LOG.warn("no memory for a copy of the run; checkpoints will hold training up while they are written");
                background = false;
                return null;
            }
            staging = slab;
        }
        TrainingTensors copy = TrainingTensors.inMemoryOf(slab, live);
        copy.copyFrom(ops, live);
        return copy;
    }

    private ExecutorService executor() {
        ExecutorService executor = thread;
        if (executor == null) {
            executor = Executors.newSingleThreadExecutor(task -> {
                Thread daemon = new Thread(task, "checkpoint-writer");
                daemon.setDaemon(true);
                return daemon;
            });
            thread = executor;
        }
        return executor;
    }

    private Written write(TrainerState state, TrainingTensors tensors, OptionalLong best) {
        try {
            return new Written(state.step(), checkpoints.save(state, tensors, best), null);
        } catch (RuntimeException e) {
            LOG.warn(
                    "the checkpoint of step {} could not be written, the last one stands and training goes on: {}",
                    state.step(),
                    e.getMessage());
            return new Written(state.step(), null, e);
        }
    }

    /**
     * Waits for the checkpoint that is being written, whoever interrupts: the writer reads memory that is copied to or freed next. An
     * interrupt is kept for later.
     */
    void await() {
        Future<Written> writing = pending;
        pending = null;
        boolean interrupted = false;
        while (writing != null) {
            try {
                finished.add(writing.get());
                writing = null;
            } catch (ExecutionException e) {
                throw new IllegalStateException("the checkpoint writer failed", e.getCause());
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The checkpoints that were finished since the last call. */
    List<Written> drain() {
        Future<Written> writing = pending;
        if (writing != null && writing.isDone()) {
            await();
        }
        List<Written> drained = List.copyOf(finished);
        finished.clear();
        return drained;
    }

    /** Waits for the last checkpoint and frees the copy. */
    @Override
    public void close() {
        try {
            await();
        } finally {
            if (thread != null) {
                thread.shutdown();
            }
            if (staging != null) {
                staging.close();
            }
        }
    }
}
