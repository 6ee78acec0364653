package dev.cria.rlhf.ppo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.checkpoint.Manifest;
import dev.cria.core.checkpoint.TrainerState;
import dev.cria.core.io.InvalidFileException;
import dev.cria.core.optim.AdamW;
import dev.cria.core.train.OptimizedModel;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** A run's checkpoints: {@code policy/} and {@code value/}, each a model directory with its optimizer, and the run's state. */
final class PpoCheckpoints {
    /** Name of the value model's directory in a checkpoint. */
    static final String VALUE = "value";

    /** Name of the prompts' fingerprint in the trainer's state. */
    static final String PROMPTS = "prompts";

    private final Checkpoints checkpoints;
    private final OptimizedModel policy;
    private final OptimizedModel value;
    private final Consumer<Path> companions;
    private final PpoCheckpointConfig config;

    PpoCheckpoints(
            Path run,
            PpoModels models,
            AdamW policyOptimizer,
            AdamW valueOptimizer,
            Consumer<Path> companions,
            PpoCheckpointConfig config) {
        this.checkpoints = Checkpoints.of(run);
        this.policy = new OptimizedModel(models.policy(), policyOptimizer);
        this.value = new OptimizedModel(models.value(), valueOptimizer);
        this.companions = companions;
        this.config = config;
    }

    /**
     * Writes a checkpoint and removes those that need not be kept. One in the middle of an iteration has that iteration's
     * number, so that it is the newest and yet leaves the one before as it was evaluated; the whole iteration's replaces it.
     *
     * @param prompts fingerprint of what is asked
     */
    Path save(PpoState state, String prompts, long seed, JsonNode resolvedConfig, Map<String, JsonNode> listeners) {
        long number = state.iterations() + (state.rollouts().isEmpty() ? 0 : 1);
        Path directory = checkpoints.save(number, target -> {
            Path policyDirectory = Checkpoints.makeDirectory(target.resolve(Checkpoints.POLICY));
            policy.save(policyDirectory);
            companions.accept(policyDirectory);
            Path valueDirectory = Checkpoints.makeDirectory(target.resolve(VALUE));
            value.save(valueDirectory);
            companions.accept(valueDirectory);
            state.write(target);
            new TrainerState(
                            PpoTrainer.STAGE,
                            state.iterations(),
                            state.tokens(),
                            JsonNodeFactory.instance
                                    .objectNode()
                                    .put("updates", state.updates())
                                    .put(PROMPTS, prompts),
                            seed,
                            Map.of(),
                            resolvedConfig,
                            listeners)
                    .write(target);
        });
        OptionalLong best = config.keepBest()
                ? HeldOutResult.best(state.evaluations()).stream()
                        .mapToLong(HeldOutResult::iteration)
                        .findFirst()
                : OptionalLong.empty();
        checkpoints.tidyUp(config.keepLast(), best);
        return directory;
    }

    /** Reads the state of a checkpoint, which must be whole and of this stage. */
    TrainerState restore(Path checkpoint) {
        Manifest.requireIntact(checkpoint);
        TrainerState state = TrainerState.read(checkpoint);
        if (!state.stage().equals(PpoTrainer.STAGE)) {
            throw new InvalidFileException(
                    checkpoint,
                    "it was written by '%s' and cannot be continued by '%s'"
                            .formatted(state.stage(), PpoTrainer.STAGE));
        }
        return state;
    }

    /** Reads the optimizers. */
    void resume(Path checkpoint, PpoState state) {
        policy.resume(checkpoint.resolve(Checkpoints.POLICY), state.policySteps());
        value.resume(checkpoint.resolve(VALUE), state.valueSteps());
    }
}
