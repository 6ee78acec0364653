package dev.cria.core.train;

import dev.cria.core.ops.Slab;
import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.TensorOps;
import java.util.Locale;

/**
 * Model FLOP utilisation (PaLM paper, appendix B): the operations that the model's arithmetic needs, without recomputation,
 * as a share of what the machine's matrix multiplication does.
 *
 * @param flopsPerToken operations of training on a token, forward and backward
 * @param peakFlops operations a second of a large matrix product
 */
public record Utilisation(double flopsPerToken, double peakFlops) {
    private static final int SIZE = 1024;
    private static final int ROUNDS = 6;

    /** Measures the machine by products of square matrices, for some hundredths of a second. */
    public static Utilisation measure(TensorOps ops, double flopsPerToken) {
        double best = Double.POSITIVE_INFINITY;
        long square = (long) SIZE * SIZE;
        try (Slab slab = Slab.allocate(ops.dataType(), 3 * square)) {
            Tensor x = slab.tensor(0, SIZE, SIZE);
            Tensor weight = slab.tensor(square, SIZE, SIZE);
            Tensor y = slab.tensor(2 * square, SIZE, SIZE);
            ops.fill(x, 1);
            ops.fill(weight, 1);
            for (int i = 0; i < ROUNDS; i++) {
                long begin = System.nanoTime();
                ops.linear(y, x, weight, false);
                best = Math.min(best, (System.nanoTime() - begin) / 1e9);
            }
        }
        return new Utilisation(flopsPerToken, 2.0 * square * SIZE / best);
    }

    /** The share that a step reached. */
    public double of(StepReport report) {
        return report.tokensPerSecond() * flopsPerToken / peakFlops;
    }

    /** A step's share for a progress line. */
    public String text(StepReport report) {
        return String.format(Locale.ROOT, "MFU %.0f %%", 100 * of(report));
    }
}
