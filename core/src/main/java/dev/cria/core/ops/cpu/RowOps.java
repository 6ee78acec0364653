package dev.cria.core.ops.cpu;

import dev.cria.core.ops.RotaryTable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Row-wise kernels: embedding, row selection, RMSNorm, rotary embedding, SwiGLU. */
final class RowOps {
    private static final int ROWS_PER_TASK = 64;
    private static final int FEW_ROWS_PER_TASK = 16; // of decoding
    private static final int TILE = 512; // elements copied to the heap at once: rows that are longer come singly

    private final WorkerPool pool;
    private float[][] partialGains = {}; // dGain of each task, added up in the tasks' order

    RowOps(WorkerPool pool) {
        this.pool = pool;
    }

    /** A run of rows that one task handles at a time. */
    @FunctionalInterface
    private interface Block {
        void run(int task, int from, int to, Worker worker);
    }

    /** y[i] = x[rows[i]]. */
    void gather(Floats y, Floats x, int[] rows, int columns) {
        forRows(rows.length, rows.length, (task, from, to, worker) -> {
            float[] row = worker.tile(0, columns);
            for (int i = from; i < to; i++) {
                x.get((long) rows[i] * columns, row, 0, columns);
                y.put((long) i * columns, row, 0, columns);
            }
        });
    }

    /** y[rows[i]] = x[i]. */
    void put(Floats y, Floats x, int[] rows, int columns) {
        forRows(rows.length, rows.length, (task, from, to, worker) -> {
            float[] row = worker.tile(0, columns);
            for (int i = from; i < to; i++) {
                x.get((long) i * columns, row, 0, columns);
                y.put((long) rows[i] * columns, row, 0, columns);
            }
        });
    }

    /** x[rows[i]] += y[i] in the order of i: each task adds to the target rows that are its own. */
    void scatterAdd(Floats x, Floats y, int[] rows, int columns) {
        int tasks = rows.length < ROWS_PER_TASK ? 1 : 4 * pool.threads();
        pool.run(tasks, (task, worker) -> {
            float[] sum = worker.tile(0, columns);
            float[] row = worker.tile(1, columns);
            for (int i = 0; i < rows.length; i++) {
                if (rows[i] % tasks == task) {
                    long target = (long) rows[i] * columns;
                    x.get(target, sum, 0, columns);
                    y.get((long) i * columns, row, 0, columns);
                    worker.kernels.addScaled(sum, 0, row, 0, columns, 1);
                    x.put(target, sum, 0, columns);
                }
            }
        });
    }

    void rmsNorm(Floats y, Floats rstd, Floats x, Floats gain, int rows, int hidden, double eps) {
        forRows(rows, step(hidden), (task, from, to, worker) -> {
            float[] in = worker.tile(0, (to - from) * hidden);
            float[] out = worker.tile(1, (to - from) * hidden);
            float[] gains = worker.tile(2, hidden);
            gain.get(0, gains, 0, hidden);
            x.get((long) from * hidden, in, 0, (to - from) * hidden);
            for (int r = from; r < to; r++) {
                int at = (r - from) * hidden;
                double meanSquare = (double) worker.kernels.dot(in, at, in, at, hidden) / hidden;
                float scale = (float) (1 / Math.sqrt(meanSquare + eps));
                rstd.put(r, scale);
                worker.kernels.scaleByGain(out, in, at, gains, hidden, scale);
            }
            y.put((long) from * hidden, out, 0, (to - from) * hidden);
        });
    }

    void rmsNormBackward(
            Floats dx,
            @Nullable Floats dGain,
            Floats dy,
            Floats x,
            Floats gain,
            Floats rstd,
            int rows,
            int hidden,
            boolean accumulate) {
        int tasks = tasks(rows);
        clearPartialGains(tasks, hidden);
        forRows(rows, step(hidden), (task, from, to, worker) -> {
            int length = (to - from) * hidden;
            float[] in = worker.tile(0, length);
            float[] dOut = worker.tile(1, length);
            float[] dIn = worker.tile(2, length);
            float[] gains = worker.tile(3, hidden);
            gain.get(0, gains, 0, hidden);
            x.get((long) from * hidden, in, 0, length);
            dy.get((long) from * hidden, dOut, 0, length);
            load(dx, dIn, (long) from * hidden, length, accumulate);
            for (int r = from; r < to; r++) {
                int at = (r - from) * hidden;
                float scale = rstd.get(r);
                float slope = worker.kernels.weightedDot(dOut, in, at, gains, hidden) / hidden * scale * scale;
                worker.kernels.rmsNormBackward(dIn, partialGains[task], dOut, in, at, gains, hidden, scale, slope);
            }
            dx.put((long) from * hidden, dIn, 0, length);
        });
        if (dGain != null) {
            addPartialGains(dGain, tasks, hidden);
        }
    }

    private static void load(Floats from, float[] to, long index, int length, boolean accumulate) {
        if (accumulate) {
            from.get(index, to, 0, length);
        } else {
            Arrays.fill(to, 0, length, 0f);
        }
    }

    private void clearPartialGains(int tasks, int hidden) {
        if (partialGains.length < tasks || partialGains[0].length != hidden) {
            partialGains = new float[tasks][hidden];
            return;
        }
        for (int t = 0; t < tasks; t++) {
            Arrays.fill(partialGains[t], 0f);
        }
    }

    private void addPartialGains(Floats dGain, int tasks, int hidden) {
        Worker worker = pool.caller();
        float[] sum = worker.tile(0, hidden);
        dGain.get(0, sum, 0, hidden);
        for (int t = 0; t < tasks; t++) {
            worker.kernels.addScaled(sum, 0, partialGains[t], 0, hidden, 1);
        }
        dGain.put(0, sum, 0, hidden);
    }

    void logSumExp(Floats y, Floats x, int rows, int columns) {
        pool.run(rows, (r, worker) -> {
            float[] in = worker.tile(0, columns);
            x.get((long) r * columns, in, 0, columns);
            float max = worker.kernels.max(in, 0, columns);
            y.put(r, (float) (max + Exp.log(worker.kernels.expSum(in, in, 0, columns, 1, max))));
        });
    }

    void logSumExpBackward(Floats dx, Floats dy, Floats y, Floats x, int rows, int columns, boolean accumulate) {
        pool.run(rows, (r, worker) -> {
            float[] share = worker.tile(0, columns);
            float[] dIn = worker.tile(1, columns);
            x.get((long) r * columns, share, 0, columns);
            worker.kernels.expSum(share, share, 0, columns, 1, y.get(r));
            load(dx, dIn, (long) r * columns, columns, accumulate);
            worker.kernels.addScaled(dIn, 0, share, 0, columns, dy.get(r));
            dx.put((long) r * columns, dIn, 0, columns);
        });
    }

    void rotary(
            Floats y, Floats x, RotaryTable.Angles angles, int headDim, int[] positions, int columns, boolean inverse) {
        int half = headDim / 2;
        float sign = inverse ? -1 : 1;
        forRows(positions.length, step(columns), (task, from, to, worker) -> {
            int length = (to - from) * columns;
            float[] in = worker.tile(0, length);
            float[] out = worker.tile(1, length);
            x.get((long) from * columns, in, 0, length);
            for (int r = from; r < to; r++) {
                int tableAt = positions[r] * half;
                int end = (r - from + 1) * columns;
                for (int at = (r - from) * columns; at < end; at += headDim) {
                    worker.kernels.rotate(out, in, at, angles.cos(), angles.sin(), tableAt, half, sign);
                }
            }
            y.put((long) from * columns, out, 0, length);
        });
    }

    void swiGlu(Floats y, Floats gate, Floats up, int rows, int columns) {
        forRows(rows, step(columns), (task, from, to, worker) -> {
            int length = (to - from) * columns;
            float[] gates = worker.tile(0, length);
            float[] ups = worker.tile(1, length);
            gate.get((long) from * columns, gates, 0, length);
            up.get((long) from * columns, ups, 0, length);
            float[] exps = worker.tile(3, length);
            worker.kernels.expSum(exps, gates, 0, length, -1, 0);
            worker.kernels.swiGlu(ups, gates, exps, ups, length);
            y.put((long) from * columns, ups, 0, length);
        });
    }

    void swiGluBackward(Floats dGate, Floats dUp, Floats y, Floats dy, Floats gate, Floats up, int rows, int columns) {
        forRows(rows, step(columns), (task, from, to, worker) -> {
            int length = (to - from) * columns;
            long first = (long) from * columns;
            float[] gates = worker.tile(0, length);
            float[] ups = worker.tile(1, length);
            float[] gradients = worker.tile(2, length);
            gate.get(first, gates, 0, length);
            up.get(first, ups, 0, length);
            dy.get(first, gradients, 0, length);
            float[] exps = worker.tile(3, length);
            worker.kernels.expSum(exps, gates, 0, length, -1, 0);
            worker.kernels.swiGluBackward(gradients, gates, exps, ups, length);
            dGate.put(first, gates, 0, length);
            dUp.put(first, ups, 0, length);
            y.put(first, gradients, 0, length);
        });
    }

    private static int step(int columns) {
        return Math.max(1, TILE / columns);
    }

    private static int tasks(int rows) {
        return (rows - 1) / rowsPerTask(rows) + 1;
    }

    private static int rowsPerTask(int rows) {
        return rows > ROWS_PER_TASK ? ROWS_PER_TASK : FEW_ROWS_PER_TASK;
    }

    /** Cuts rows into tasks, and the rows of a task into blocks of at most {@code step}. */
    private void forRows(int rows, int step, Block block) {
        pool.run(tasks(rows), (task, worker) -> {
            int end = Math.min(rows, (task + 1) * rowsPerTask(rows));
            for (int from = task * rowsPerTask(rows); from < end; from += step) {
                block.run(task, from, Math.min(end, from + step), worker);
            }
        });
    }
}
