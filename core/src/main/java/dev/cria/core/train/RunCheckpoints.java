package dev.cria.core.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.checkpoint.Manifest;
import dev.cria.core.checkpoint.TrainerState;
import dev.cria.core.io.FileErrors;
import dev.cria.core.io.InvalidFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A run's checkpoints: the model's files, the optimizer's moments and the trainer's state, and which of them are kept. */
public final class RunCheckpoints {
    /** Name of the file in a run directory that records settings changed on resuming. */
    public static final String CHANGES = "config-changes.jsonl";

    private static final Logger LOG = LoggerFactory.getLogger(RunCheckpoints.class);

    private final Path run;
    private final Checkpoints checkpoints;
    private final Trainable model;
    private final Consumer<Path> companions;
    private final CheckpointConfig config;

    /**
     * The checkpoints of a run.
     *
     * @param run the run's directory
     * @param model what is trained
     * @param companions writes what belongs beside the model, such as its tokenizer; may be called from another thread
     * @param config when to write and how many to keep
     */
    public RunCheckpoints(Path run, Trainable model, Consumer<Path> companions, CheckpointConfig config) {
        this.run = run;
        this.checkpoints = Checkpoints.of(run);
        this.model = model;
        this.companions = companions;
        this.config = config;
    }

    CheckpointConfig config() {
        return config;
    }

    /** The newest complete checkpoint, if there is one. */
    public Optional<Path> newest() {
        return checkpoints.newest();
    }

    /**
     * Writes a checkpoint and removes those that need not be kept.
     *
     * @param best the step of the lowest held-out loss so far
     */
    Path save(TrainerState state, TrainingTensors tensors, OptionalLong best) {
        Path directory = checkpoints.save(state.step(), target -> {
            writeModel(target, tensors);
            OptimizerFile.write(target, model.engine().ops(), tensors);
            state.write(target);
        });
        checkpoints.tidyUp(config.keepLast(), config.keepBest() ? best : OptionalLong.empty());
        return directory;
    }

    /** Notes which settings a resumed run goes on with that it did not begin with. */
    void recordChanges(long step, List<ConfigChange> changes) {
        recordChanges(run, step, changes);
    }

    /** Notes in {@value #CHANGES} of a run which settings it goes on with from a step that it did not begin with. */
    public static void recordChanges(Path run, long step, List<ConfigChange> changes) {
        if (changes.isEmpty()) {
            return;
        }
        LOG.info("going on from step {} with changed settings: {}", step, changes);
        ObjectMapper mapper = new ObjectMapper();
        StringBuilder lines = new StringBuilder();
        for (ConfigChange change : changes) {
            lines.append(mapper.createObjectNode()
                            .put("step", step)
                            .put("key", change.key())
                            .put("from", change.from())
                            .put("to", change.to()))
                    .append('\n');
        }
        Path file = run.resolve(CHANGES);
        try {
            Files.writeString(file, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot write", file, e);
        }
    }

    private void writeModel(Path target, TrainingTensors tensors) {
        model.save(target, tensors::weight);
        companions.accept(target);
        if (tensors.average().isPresent()) {
            Path average = Checkpoints.makeDirectory(target.resolve(WeightAverage.DIRECTORY));
            model.save(average, tensors::averaged);
            companions.accept(average);
        }
    }

    /**
     * Reads the optimizer's moments and the trainer's state of a checkpoint.
     *
     * @throws InvalidFileException if a file is damaged or of another kind of run
     */
    static TrainerState resume(Path checkpoint, String stage, Trainable model, TrainingTensors tensors) {
        if (!Files.isRegularFile(checkpoint.resolve(TrainerState.FILE))) {
            throw new InvalidFileException(
                    checkpoint, "it has no " + TrainerState.FILE + "; it is a model without a run to go on with");
        }
        Manifest.requireIntact(checkpoint);
        TrainerState state = TrainerState.read(checkpoint);
        if (!state.stage().equals(stage)) {
            throw new InvalidFileException(
                    checkpoint,
                    "it was written by '%s' and cannot be continued by '%s'".formatted(state.stage(), stage));
        }
        OptimizerFile.read(checkpoint, model.engine().ops(), tensors);
        return state;
    }
}
