package dev.cria.core.train;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.checkpoint.Manifest;
import dev.cria.core.checkpoint.TrainerState;
import dev.cria.core.io.InvalidFileException;
import dev.cria.core.optim.AdamW;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/** Writes a run's checkpoints and continues from them: the model's files, the optimizer's moments and the trainer's state. */
public final class RunCheckpoints {
    private final Checkpoints checkpoints;
    private final Trainable model;
    private final Consumer<Path> companions;
    private final CheckpointConfig config;

    /**
     * The checkpoints of a run.
     *
     * @param run the run's directory
     * @param model what is trained
     * @param companions writes what belongs beside the model, such as its tokenizer
     * @param config when to write and how many to keep
     */
    public RunCheckpoints(Path run, Trainable model, Consumer<Path> companions, CheckpointConfig config) {
        this.checkpoints = Checkpoints.of(run);
        this.model = model;
        this.companions = companions;
        this.config = config;
    }

    boolean isDue(long stepsDone, long steps) {
        return config.isDue(stepsDone, steps);
    }

    Path save(TrainerState state, AdamW optimizer) {
        Path directory = checkpoints.save(state.step(), target -> {
            model.save(target);
            companions.accept(target);
            OptimizerFile.write(target, model.engine().ops(), model.parameters(), optimizer);
            state.write(target);
        });
        checkpoints.keepLast(config.keepLast());
        return directory;
    }

    /** The newest complete checkpoint, if there is one. */
    public Optional<Path> newest() {
        return checkpoints.newest();
    }

    /**
     * Reads the optimizer's moments and the trainer's state of a checkpoint whose weights have been loaded.
     *
     * @throws InvalidFileException if a file is damaged or of another kind of run
     */
    static TrainerState resume(Path checkpoint, String stage, Trainable model, AdamW optimizer) {
        Manifest.requireIntact(checkpoint);
        TrainerState state = TrainerState.read(checkpoint);
        if (!state.stage().equals(stage)) {
            throw new InvalidFileException(
                    checkpoint,
                    "it was written by '%s' and cannot be continued by '%s'".formatted(state.stage(), stage));
        }
        OptimizerFile.read(checkpoint, model.engine().ops(), model.parameters(), optimizer);
        JsonNode updates = state.listenerStates().get(TrainingLoop.UPDATES);
        optimizer.resumeAt(updates == null ? state.step() : updates.asLong());
        return state;
    }
}
