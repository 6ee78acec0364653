package org.example;

import dev.cria.core.Engine;
import dev.cria.core.autograd.Tape;
import dev.cria.core.data.RaggedBatch;
import dev.cria.core.ops.Tensor;
import dev.cria.core.optim.AdamW;
import dev.cria.core.optim.OptimizerConfig;
import dev.cria.core.train.Loss;
import dev.cria.core.train.Objective;
import dev.cria.model.Llama;
import dev.cria.model.TinyModels;
import java.util.stream.IntStream;

/** A loss that Cria does not have: direct preference optimization (Rafailov et al. 2023, equation 7). */
public final class OwnLoss {
    private OwnLoss() {}

    /**
     * The loss of comparisons; a batch holds the chosen sequences, then the rejected ones. The prompts count on both sides and cancel.
     */
    static Objective<RaggedBatch> preference(Llama policy, Llama reference, double beta) {
        return (tape, batch) -> {
            float[] before; // log-probabilities under the reference: [2 * pairs]
            try (Tape silent = reference.engine().inference()) {
                before = silent.read(reference.sequenceLogProbs(silent, batch));
            }
            int pairs = before.length / 2;
            Tensor gain = tape.sub(policy.sequenceLogProbs(tape, batch), tape.constant(before)); // [2 * pairs]
            Tensor chosen = tape.gather(gain, IntStream.range(0, pairs).toArray());
            Tensor rejected = tape.gather(gain, IntStream.range(pairs, 2 * pairs).toArray());
            Tensor margin = tape.scale(tape.sub(chosen, rejected), beta); // [pairs]
            return Loss.of(
                    tape.negate(tape.mean(tape.logSigmoid(margin))), "accuracy", positiveShare(tape.read(margin)));
        };
    }

    private static double positiveShare(float[] values) {
        return IntStream.range(0, values.length).filter(i -> values[i] > 0).count() / (double) values.length;
    }

    /** Teaches a tiny model to prefer one answer to another after each of eight prompts. */
    public static void main(String[] args) {
        RaggedBatch pairs = RaggedBatch.nextToken(IntStream.range(0, 16)
                .mapToObj(i -> new int[] {i % 8, 100, i < 8 ? 20 + i : 40 + i, 257})
                .toArray(int[][]::new));
        try (Engine engine = Engine.create();
                Llama policy = TinyModels.llama(engine, 1);
                Llama reference = TinyModels.llama(engine, 1);
                AdamW optimizer = new AdamW(engine.ops(), policy.parameters(), OptimizerConfig.defaults())) {
            Objective<RaggedBatch> objective = preference(policy, reference, 0.5);
            for (int step = 0; step < 40; step++) {
                optimizer.zeroGradients();
                try (Tape tape = engine.recording()) {
                    Loss loss = objective.loss(tape, pairs);
                    tape.backward(loss.value());
                    if (step % 39 == 0) {
                        System.out.printf(
                                "step %d: loss %.3f, accuracy %.2f%n",
                                step, loss.value().value(), loss.metrics().get("accuracy"));
                    }
                }
                optimizer.step(3e-3, optimizer.gradientNorm());
            }
        }
    }
}
