package dev.cria.core.ops.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cria.core.ops.Arena;
import dev.cria.core.ops.Precision;
import dev.cria.core.ops.ReferenceOps;
import dev.cria.core.ops.Segments;
import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.TensorOps.Gradient;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.nd4j.linalg.api.buffer.DataType;

/** The fast kernels in float beside the reference in double, and pairs of tensors that hold the same values for both. */
final class Twins implements AutoCloseable {
    final CpuOps fast;
    final ReferenceOps reference = new ReferenceOps(DataType.DOUBLE);
    final Arena fastArena = new Arena(DataType.FLOAT);
    final Arena referenceArena = new Arena(DataType.DOUBLE);
    final SplittableRandom random;

    /** A tensor and its twin. */
    record Twin(Tensor fast, Tensor reference) {
        /** The tensor as a weight's gradient. */
        Gradient fastGradient(boolean accumulate) {
            return new Gradient(fast, accumulate);
        }

        /** The twin as a weight's gradient. */
        Gradient referenceGradient(boolean accumulate) {
            return new Gradient(reference, accumulate);
        }
    }

    Twins(Supplier<TileKernels> kernels, long seed) {
        this(Precision.FP32, kernels, seed);
    }

    Twins(Precision precision, Supplier<TileKernels> kernels, long seed) {
        this(kernels, GemmProvider.of(precision), seed);
    }

    Twins(Supplier<TileKernels> kernels, Supplier<Gemm> weightGemms, long seed) {
        int threads = Math.min(2, Runtime.getRuntime().availableProcessors());
        this.fast = new CpuOps(threads, kernels, weightGemms);
        this.random = new SplittableRandom(seed);
    }

    /** Uniform values in (-1, 1). */
    Twin random(long... shape) {
        Twin twin = new Twin(fastArena.allocate(shape), referenceArena.allocate(shape));
        float[] values = new float[Math.toIntExact(twin.fast.length())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (2 * random.nextDouble() - 1);
        }
        upload(twin, values);
        return twin;
    }

    /** A weight's gradient that must be overwritten, or is added to. */
    Twin gradient(boolean accumulate, long... shape) {
        return accumulate ? random(shape) : garbage(shape);
    }

    /** A tensor whose content must be overwritten. */
    Twin garbage(long... shape) {
        Twin twin = new Twin(fastArena.allocate(shape), referenceArena.allocate(shape));
        float[] values = new float[Math.toIntExact(twin.fast.length())];
        Arrays.fill(values, Float.NaN);
        upload(twin, values);
        return twin;
    }

    void upload(Twin twin, float[] values) {
        fast.upload(twin.fast, values, 0, values.length);
        reference.upload(twin.reference, values, 0, values.length);
    }

    int[] indices(int count, int bound) {
        return random.ints(count, 0, bound).toArray();
    }

    /** Between {@code from} and {@code to}, both included. */
    int size(int from, int to) {
        return random.nextInt(from, to + 1);
    }

    /** Largest difference over the reference's largest magnitude, or over 0.1 where a gradient vanishes. */
    void assertSame(String what, Twin twin, double tolerance) {
        float[] got = values(twin);
        float[] expected = new float[got.length];
        reference.download(expected, 0, twin.reference, expected.length);
        double largest = 0;
        double difference = 0;
        for (int i = 0; i < got.length; i++) {
            assertThat(got[i]).as("%s[%d]", what, i).isNotNaN();
            largest = Math.max(largest, Math.abs(expected[i]));
            difference = Math.max(difference, Math.abs((double) got[i] - expected[i]));
        }
        assertThat(difference).as(what).isLessThanOrEqualTo(tolerance * Math.max(largest, 0.1));
    }

    /** Attention of both, forward and, with a random gradient, backward. Returns the log-sum-exp of each row and head. */
    Twin assertSameAttention(Twin q, Twin k, Twin v, int headDim, Segments segments, double forward, double backward) {
        Twin y = garbage(q.fast.shape());
        Twin lse = garbage(q.fast.rows(), q.fast.columns() / headDim);
        fast.causalAttention(y.fast, lse.fast, q.fast, k.fast, v.fast, headDim, segments);
        reference.causalAttention(y.reference, lse.reference, q.reference, k.reference, v.reference, headDim, segments);
        assertSame("y", y, forward);
        Twin dy = random(q.fast.shape());
        Twin dq = garbage(q.fast.shape());
        Twin dk = garbage(k.fast.shape());
        Twin dv = garbage(v.fast.shape());
        fast.causalAttentionBackward(
                dq.fast, dk.fast, dv.fast, dy.fast, y.fast, lse.fast, q.fast, k.fast, v.fast, headDim, segments);
        reference.causalAttentionBackward(
                dq.reference,
                dk.reference,
                dv.reference,
                dy.reference,
                y.reference,
                lse.reference,
                q.reference,
                k.reference,
                v.reference,
                headDim,
                segments);
        assertSame("dq", dq, backward);
        assertSame("dk", dk, backward);
        assertSame("dv", dv, backward);
        return lse;
    }

    float[] values(Twin twin) {
        float[] values = new float[Math.toIntExact(twin.fast.length())];
        fast.download(values, 0, twin.fast, values.length);
        return values;
    }

    @Override
    public void close() {
        fast.close();
        fastArena.close();
        referenceArena.close();
    }
}
