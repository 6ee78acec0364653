package dev.cria.core.train;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cria.core.data.Batch;
import dev.cria.core.data.BatchSource;
import dev.cria.core.optim.OptimizerConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a training loop works with.
 *
 * @param stage name of the stage, kept in checkpoints; only the same stage can continue them
 * @param model what is trained
 * @param objective what is minimised
 * @param data where batches come from
 * @param validation held-out data; null to measure nothing
 * @param training length and seed
 * @param optimizer AdamW and its schedule
 * @param evaluation when to measure
 * @param checkpoints where to write checkpoints; null to write none
 * @param config the resolved configuration, kept in checkpoints
 * @param listeners who watches
 * @param <B> kind of batch
 */
public record TrainingSetup<B extends Batch>(
        String stage,
        Trainable model,
        Objective<B> objective,
        BatchSource<B> data,
        @Nullable Validation<B> validation,
        TrainingConfig training,
        OptimizerConfig optimizer,
        EvaluationConfig evaluation,
        @Nullable RunCheckpoints checkpoints,
        JsonNode config,
        List<TrainingListener> listeners) {
    /** Copies the list. */
    public TrainingSetup {
        listeners = List.copyOf(listeners);
    }
}
