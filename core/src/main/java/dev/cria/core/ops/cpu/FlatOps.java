package dev.cria.core.ops.cpu;

import dev.cria.core.ops.TensorOps.AdamWUpdate;
import dev.cria.core.ops.cpu.TileKernels.AdamWFactors;
import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import org.bytedeco.javacpp.Pointer;

/** Passes over flat memory: fill, copy, sums, the optimizer. */
final class FlatOps {
    private static final int TILE = 1024; // elements: AdamW's four tiles leave room in the L1 cache
    private static final long PER_TASK = 128 * TILE;

    private final WorkerPool pool;
    private double[] partialSums = {}; // [tasks]

    FlatOps(WorkerPool pool) {
        this.pool = pool;
    }

    /** Some neighbouring elements, of a task or of a tile. */
    @FunctionalInterface
    private interface Stretch {
        void run(int task, long from, int length, Worker worker);
    }

    /** A sum over the first elements of a tile. */
    @FunctionalInterface
    private interface TileSum {
        double of(float[] tile, int length, Worker worker);
    }

    void fill(Floats x, long length, float value) {
        if (Float.floatToRawIntBits(value) == 0) {
            clear(x, length);
            return;
        }
        forTiles(length, (task, from, n, worker) -> {
            float[] tile = worker.tile(0, TILE);
            Arrays.fill(tile, 0, n, value);
            x.put(from, tile, 0, n);
        });
    }

    /** The C library writes whole cache lines without reading them first. */
    private void clear(Floats x, long length) {
        forTasks(length, (task, from, n, worker) -> {
            Pointer.memset(worker.to.at(x.address(from)), 0, (long) n * Float.BYTES);
        });
    }

    /** By the C library, as {@link #clear}. */
    void copy(Floats y, Floats x, long length) {
        forTasks(length, (task, from, n, worker) -> {
            RawFloats source = worker.from.at(x.address(from));
            RawFloats target = worker.to.at(y.address(from));
            Pointer.memcpy(target, source, (long) n * Float.BYTES);
        });
    }

    void addScaled(Floats y, Floats x, long length, float factor) {
        forTiles(length, (task, from, n, worker) -> {
            float[] sum = worker.tile(0, TILE);
            float[] tile = worker.tile(1, TILE);
            y.get(from, sum, 0, n);
            x.get(from, tile, 0, n);
            worker.kernels.addScaled(sum, 0, tile, 0, n, factor);
            y.put(from, sum, 0, n);
        });
    }

    void zip(Floats y, Floats a, Floats b, long length, DoubleBinaryOperator f) {
        forTiles(length, (task, from, n, worker) -> {
            float[] first = worker.tile(0, TILE);
            float[] second = worker.tile(1, TILE);
            a.get(from, first, 0, n);
            b.get(from, second, 0, n);
            for (int i = 0; i < n; i++) {
                first[i] = (float) f.applyAsDouble(first[i], second[i]);
            }
            y.put(from, first, 0, n);
        });
    }

    void zipBackward(
            Floats da, Floats dy, Floats a, Floats b, long length, DoubleBinaryOperator slope, boolean accumulate) {
        forTiles(length, (task, from, n, worker) -> {
            float[] first = worker.tile(0, TILE);
            float[] second = worker.tile(1, TILE);
            float[] upstream = worker.tile(2, TILE);
            float[] gradient = worker.tile(3, TILE);
            a.get(from, first, 0, n);
            b.get(from, second, 0, n);
            dy.get(from, upstream, 0, n);
            if (accumulate) {
                da.get(from, gradient, 0, n);
            } else {
                Arrays.fill(gradient, 0, n, 0);
            }
            for (int i = 0; i < n; i++) {
                gradient[i] += (float) (upstream[i] * slope.applyAsDouble(first[i], second[i]));
            }
            da.put(from, gradient, 0, n);
        });
    }

    double sum(Floats x, long length) {
        return total(x, length, (tile, n, worker) -> {
            double sum = 0;
            for (int i = 0; i < n; i++) {
                sum += tile[i];
            }
            return sum;
        });
    }

    double squaredNorm(Floats x, long length) {
        return total(x, length, (tile, n, worker) -> worker.kernels.dot(tile, 0, tile, 0, n));
    }

    /** The sum of what each tile gives. */
    private double total(Floats x, long length, TileSum sum) {
        int tasks = tasks(length);
        if (partialSums.length < tasks) {
            partialSums = new double[tasks];
        }
        Arrays.fill(partialSums, 0, tasks, 0);
        forTiles(length, (task, from, n, worker) -> {
            float[] tile = worker.tile(0, TILE);
            x.get(from, tile, 0, n);
            partialSums[task] += sum.of(tile, n, worker);
        });
        return Arrays.stream(partialSums, 0, tasks).sum();
    }

    void adamW(Floats weights, Floats gradients, Floats first, Floats second, long length, AdamWUpdate update) {
        AdamWFactors factors = factors(update);
        forTiles(length, (task, from, n, worker) -> {
            float[] w = worker.tile(0, TILE);
            float[] g = worker.tile(1, TILE);
            float[] m = worker.tile(2, TILE);
            float[] v = worker.tile(3, TILE);
            weights.get(from, w, 0, n);
            gradients.get(from, g, 0, n);
            first.get(from, m, 0, n);
            second.get(from, v, 0, n);
            worker.kernels.adamW(w, g, m, v, 0, n, factors);
            weights.put(from, w, 0, n);
            first.put(from, m, 0, n);
            second.put(from, v, 0, n);
        });
    }

    private static AdamWFactors factors(AdamWUpdate u) {
        return new AdamWFactors(
                (float) u.beta1(),
                (float) (1 - u.beta1()),
                (float) u.beta2(),
                (float) (1 - u.beta2()),
                (float) u.gradientScale(),
                (float) (1 - u.learningRate() * u.weightDecay()),
                (float) (u.learningRate() / u.firstCorrection()),
                (float) (1 / Math.sqrt(u.secondCorrection())),
                (float) u.eps());
    }

    private static int tasks(long length) {
        return Math.toIntExact((length + PER_TASK - 1) / PER_TASK);
    }

    private void forTiles(long length, Stretch stretch) {
        forTasks(length, (task, first, count, worker) -> {
            long end = first + count;
            for (long from = first; from < end; from += TILE) {
                stretch.run(task, from, (int) Math.min(TILE, end - from), worker);
            }
        });
    }

    private void forTasks(long length, Stretch stretch) {
        pool.run(tasks(length), (task, worker) -> {
            long from = task * PER_TASK;
            stretch.run(task, from, (int) Math.min(PER_TASK, length - from), worker);
        });
    }
}
