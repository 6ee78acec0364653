package dev.cria.core.train;

import dev.cria.core.Engine;
import dev.cria.core.autograd.Tape;
import dev.cria.core.data.Batch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Sums the gradients of one step's batches, each weighed by {@link Batch#weight()}, so that splitting a step into batches
 * changes nothing.
 */
final class GradientAccumulation<B extends Batch> {
    private final Engine engine;
    private final TrainingSetup<B> setup;

    GradientAccumulation(TrainingSetup<B> setup) {
        this.engine = setup.model().engine();
        this.setup = setup;
    }

    /**
     * What one step saw.
     *
     * @param loss mean over the batches by weight; 0 without any weight
     * @param metrics further such means
     * @param tokens that went through the model
     * @param dataSeconds spent waiting for data
     * @param weight of all batches, such as the number of targets
     */
    record Sums(double loss, Map<String, Double> metrics, long tokens, double dataSeconds, double weight) {}

    /** Adds the gradients of one step's loss to the parameters' gradients. */
    Sums run() {
        long begin = System.nanoTime();
        List<B> batches = new ArrayList<>();
        double total = 0;
        for (int i = 0; i < setup.training().accumulation(); i++) {
            B batch = setup.data().next();
            batches.add(batch);
            total += batch.weight();
        }
        double dataSeconds = (System.nanoTime() - begin) / 1e9;
        double sum = 0;
        long tokens = 0;
        Map<String, Double> metrics = new LinkedHashMap<>();
        for (B batch : batches) {
            tokens += batch.tokenCount();
            if (batch.weight() == 0) {
                continue; // the mean over no target is not a number
            }
            double share = batch.weight() / total;
            Loss loss = backward(batch, share);
            sum += share * loss.value().value();
            loss.metrics().forEach((name, mean) -> metrics.merge(name, share * mean, Double::sum));
        }
        return new Sums(sum, metrics, tokens, dataSeconds, total);
    }

    private Loss backward(B batch, double share) {
        Tape.Mode mode = setup.training().activationCheckpointing() ? Tape.Mode.CHECKPOINTING : Tape.Mode.RECORDING;
        try (Tape tape = engine.tape(mode, share)) {
            Loss loss = setup.objective().loss(tape, batch);
            tape.backward(loss.value());
            return loss;
        }
    }
}
