package dev.cria.core.train;

import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.TensorOps;

/**
 * How the values of a tensor are spread. Those that are not finite are left out.
 *
 * @param count finite values
 * @param min least of them; 0 without any
 * @param max greatest of them; 0 without any
 * @param sum of the values
 * @param sumOfSquares of the values
 * @param sumOfMagnitudes of the values
 * @param bins how many lie in each of {@link #BINS} intervals of equal width from min to max; [bins]
 */
public record Distribution(
        long count, double min, double max, double sum, double sumOfSquares, double sumOfMagnitudes, long[] bins) {
    /** Number of intervals. */
    public static final int BINS = 30;

    private static final int PART = 1 << 16; // elements on the heap at a time

    /** What one pass does with a part of the tensor. */
    @FunctionalInterface
    private interface Part {
        void take(float[] values, int count);
    }

    /** Counts a tensor's values, in two passes over it. */
    public static Distribution of(TensorOps ops, Tensor tensor) {
        Moments moments = new Moments();
        forParts(ops, tensor, moments::take);
        if (moments.count == 0) {
            return new Distribution(0, 0, 0, 0, 0, 0, new long[BINS]);
        }
        long[] bins = new long[BINS];
        double width = moments.max - moments.min;
        forParts(ops, tensor, (values, count) -> {
            for (int i = 0; i < count; i++) {
                if (Float.isFinite(values[i])) {
                    int bin = width == 0 ? BINS / 2 : (int) ((values[i] - moments.min) / width * BINS);
                    bins[Math.min(bin, BINS - 1)]++;
                }
            }
        });
        return new Distribution(
                moments.count,
                moments.min,
                moments.max,
                moments.sum,
                moments.sumOfSquares,
                moments.sumOfMagnitudes,
                bins);
    }

    private static void forParts(TensorOps ops, Tensor tensor, Part part) {
        Tensor flat = tensor.reshape(tensor.length());
        float[] values = new float[(int) Math.min(PART, tensor.length())];
        for (long from = 0; from < tensor.length(); from += PART) {
            int count = (int) Math.min(PART, tensor.length() - from);
            ops.download(values, 0, flat.slice(from, from + count), count);
            part.take(values, count);
        }
    }

    /** Arithmetic mean; 0 without any value. */
    public double mean() {
        return count == 0 ? 0 : sum / count;
    }

    /** Mean of the magnitudes; 0 without any value. */
    public double meanMagnitude() {
        return count == 0 ? 0 : sumOfMagnitudes / count;
    }

    /** Standard deviation; 0 without any value. */
    public double deviation() {
        return count == 0 ? 0 : Math.sqrt(Math.max(0, sumOfSquares / count - mean() * mean()));
    }

    /** Where an interval ends. */
    public double upperLimit(int bin) {
        return bin == BINS - 1 ? max : min + (max - min) * (bin + 1) / BINS;
    }

    private static final class Moments {
        private long count;
        private double min = Double.POSITIVE_INFINITY;
        private double max = Double.NEGATIVE_INFINITY;
        private double sum;
        private double sumOfSquares;
        private double sumOfMagnitudes;

        void take(float[] values, int length) {
            for (int i = 0; i < length; i++) {
                double value = values[i];
                if (Double.isFinite(value)) {
                    count++;
                    min = Math.min(min, value);
                    max = Math.max(max, value);
                    sum += value;
                    sumOfSquares += value * value;
                    sumOfMagnitudes += Math.abs(value);
                }
            }
        }
    }
}
