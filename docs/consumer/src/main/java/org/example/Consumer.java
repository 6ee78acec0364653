package org.example;

import dev.cria.core.Engine;
import dev.cria.core.autograd.Scalar;
import dev.cria.core.autograd.Tape;
import dev.cria.core.data.RaggedBatch;
import dev.cria.core.optim.AdamW;
import dev.cria.core.optim.OptimizerConfig;
import dev.cria.model.Llama;
import dev.cria.model.TinyModels;

/** Teaches a tiny Llama one sequence by heart. */
public final class Consumer {
    private Consumer() {}

    public static void main(String[] args) {
        RaggedBatch batch = RaggedBatch.nextToken(new int[] {10, 20, 30, 40, 50, 60, 70, 80});
        try (Engine engine = Engine.create();
                Llama model = TinyModels.llama(engine, 1);
                AdamW optimizer = new AdamW(engine.ops(), model.parameters(), OptimizerConfig.defaults())) {
            for (int step = 0; step < 50; step++) {
                optimizer.zeroGradients();
                try (Tape tape = engine.recording()) {
                    Scalar loss = model.loss(tape, batch);
                    tape.backward(loss);
                    if (step % 49 == 0) {
                        System.out.printf("step %d: loss %.2f%n", step, loss.value());
                    }
                }
                optimizer.step(1e-2, optimizer.gradientNorm());
            }
        }
    }
}
