package dev.cria.core.ops.vector;

import dev.cria.core.ops.cpu.Bf16;
import dev.cria.core.ops.cpu.Exp;
import dev.cria.core.ops.cpu.PlainKernels;
import dev.cria.core.ops.cpu.TileKernels;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost loops on the Vector API; what is left after the last whole vector goes to the plain loops. An instance
 * serves one thread.
 *
 * <p>There is one species in the whole program: a second one makes the JIT compiler box vectors. Only loads from and stores
 * to {@code float[]} are used, which class files share across the API's incubations. Lanes are summed in a fixed order
 * and exp is our own, since the API's {@code reduceLanes(ADD)} and {@code lanewise(EXP)} change their results when they
 * get compiled.
 */
public final class VectorKernels implements TileKernels {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final int WRITTEN_OUT = 16; // lanes whose sum is an expression

    private final PlainKernels plain = new PlainKernels();
    private final float[] lanes = new float[Math.max(LANES, 4)];

    /** Kernels for one thread. */
    public VectorKernels() {}

    @Override
    public String describe() {
        return "Vector API, " + LANES + " lanes";
    }

    @Override
    public void timesPairs(float[] y, int yAt, float[] pairs, int rows, int length, float[] x, int xAt) {
        int end = SPECIES.loopBound(length);
        for (int o = 0; o < rows; o++) {
            int at = o * length;
            FloatVector s0 = FloatVector.zero(SPECIES);
            FloatVector s1 = s0;
            FloatVector s2 = s0;
            FloatVector s3 = s0;
            int j = 0;
            for (; j + 2 * LANES <= end; j += 2 * LANES) {
                FloatVector w0 = load(pairs, at + j);
                FloatVector w1 = load(pairs, at + j + LANES);
                s0 = low(w0).fma(load(x, xAt + j), s0);
                s1 = high(w0).fma(load(x, xAt + length + j), s1);
                s2 = low(w1).fma(load(x, xAt + j + LANES), s2);
                s3 = high(w1).fma(load(x, xAt + length + j + LANES), s3);
            }
            for (; j < end; j += LANES) {
                FloatVector w0 = load(pairs, at + j);
                s0 = low(w0).fma(load(x, xAt + j), s0);
                s1 = high(w0).fma(load(x, xAt + length + j), s1);
            }
            float rest = PlainKernels.dotPairs(pairs, at, x, xAt, end, length);
            y[yAt + o] = sum(s0.add(s1).add(s2.add(s3))) + rest;
        }
    }

    @Override
    public void widenPairs(float[] y, float[] pairs, int rows, int length) {
        int end = SPECIES.loopBound(length);
        for (int o = 0; o < rows; o++) {
            for (int j = 0; j < end; j += LANES) {
                FloatVector w = load(pairs, o * length + j);
                low(w).intoArray(y, 2 * o * length + j);
                high(w).intoArray(y, (2 * o + 1) * length + j);
            }
            PlainKernels.widenPairs(y, pairs, o, end, length);
        }
    }

    /** The bfloat16 in the low half of each lane. */
    private static FloatVector low(FloatVector pairs) {
        return pairs.reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, Bf16.BITS)
                .reinterpretAsFloats();
    }

    /** The bfloat16 in the high half of each lane. */
    private static FloatVector high(FloatVector pairs) {
        return pairs.reinterpretAsInts()
                .lanewise(VectorOperators.AND, Bf16.HIGH)
                .reinterpretAsFloats();
    }

    @Override
    public void roundPairs(float[] y, float[] x, int second, int length) {
        int end = SPECIES.loopBound(length);
        for (int i = 0; i < end; i += LANES) {
            IntVector low = load(x, i).reinterpretAsInts().add(Bf16.HALF).lanewise(VectorOperators.LSHR, Bf16.BITS);
            load(x, second + i)
                    .reinterpretAsInts()
                    .add(Bf16.HALF)
                    .lanewise(VectorOperators.AND, Bf16.HIGH)
                    .lanewise(VectorOperators.OR, low)
                    .reinterpretAsFloats()
                    .intoArray(y, i);
        }
        PlainKernels.roundPairs(y, x, second, end, length);
    }

    @Override
    public void split(float[] y, float[] x, int length) {
        int end = SPECIES.loopBound(length);
        for (int i = 0; i < end; i += LANES) {
            FloatVector v = load(x, i);
            FloatVector rounded = v.reinterpretAsInts()
                    .add(Bf16.HALF)
                    .lanewise(VectorOperators.AND, Bf16.HIGH)
                    .reinterpretAsFloats();
            rounded.intoArray(y, i);
            v.sub(rounded).intoArray(x, i);
        }
        PlainKernels.split(y, x, end, length);
    }

    @Override
    public void scale(float[] x, int at, int length, float factor) {
        int end = at + SPECIES.loopBound(length);
        for (int i = at; i < end; i += LANES) {
            load(x, i).mul(factor).intoArray(x, i);
        }
        plain.scale(x, end, at + length - end, factor);
    }

    @Override
    public void addScaled(float[] y, int yAt, float[] x, int xAt, int length, float factor) {
        int end = SPECIES.loopBound(length);
        FloatVector factors = all(factor);
        for (int i = 0; i < end; i += LANES) {
            load(x, xAt + i).fma(factors, load(y, yAt + i)).intoArray(y, yAt + i);
        }
        plain.addScaled(y, yAt + end, x, xAt + end, length - end, factor);
    }

    @Override
    public float dot(float[] a, int aAt, float[] b, int bAt, int length) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int i = 0;
        for (; i + 4 * LANES <= length; i += 4 * LANES) {
            s0 = load(a, aAt + i).fma(load(b, bAt + i), s0);
            s1 = load(a, aAt + i + LANES).fma(load(b, bAt + i + LANES), s1);
            s2 = load(a, aAt + i + 2 * LANES).fma(load(b, bAt + i + 2 * LANES), s2);
            s3 = load(a, aAt + i + 3 * LANES).fma(load(b, bAt + i + 3 * LANES), s3);
        }
        for (; i + LANES <= length; i += LANES) {
            s0 = load(a, aAt + i).fma(load(b, bAt + i), s0);
        }
        return sum(s0.add(s1).add(s2.add(s3))) + plain.dot(a, aAt + i, b, bAt + i, length - i);
    }

    @Override
    public float max(float[] x, int at, int length) {
        FloatVector m0 = all(Float.NEGATIVE_INFINITY);
        FloatVector m1 = m0;
        int i = at;
        for (; i + 2 * LANES <= at + length; i += 2 * LANES) {
            m0 = larger(m0, load(x, i));
            m1 = larger(m1, load(x, i + LANES));
        }
        for (; i + LANES <= at + length; i += LANES) {
            m0 = larger(m0, load(x, i));
        }
        return Math.max(largest(larger(m0, m1)), plain.max(x, i, at + length - i));
    }

    /** The largest lane. */
    private float largest(FloatVector x) {
        x.intoArray(lanes, 0);
        if (LANES != WRITTEN_OUT) {
            return plain.max(lanes, 0, LANES);
        }
        return Math.max(Math.max(largest(0), largest(4)), Math.max(largest(8), largest(12)));
    }

    private float largest(int i) {
        return Math.max(Math.max(lanes[i], lanes[i + 1]), Math.max(lanes[i + 2], lanes[i + 3]));
    }

    /** Comparisons instead of {@code max} and {@code min}: those spend more on NaN and signed zeros than on the rest. */
    private static FloatVector larger(FloatVector a, FloatVector b) {
        return a.blend(b, b.compare(VectorOperators.GT, a));
    }

    /**
     * {@link Exp#exp} with fused multiply-adds. Written out in one method on purpose, with more bytecode than the JIT
     * compiler inlines (325): one exp is half of what it can inline into one compilation, and where that ends halfway
     * through, every vector operation left over makes an object.
     */
    @Override
    public float expSum(float[] y, float[] x, int at, int length, float factor, float shift) {
        FloatVector sums = FloatVector.zero(SPECIES);
        int end = at + SPECIES.loopBound(length);
        for (int i = at; i < end; i += LANES) {
            FloatVector in = load(x, i).fma(all(factor), all(-shift));
            FloatVector notLow = in.blend(all(Exp.LOWEST), in.compare(VectorOperators.LT, all(Exp.LOWEST)));
            FloatVector v = notLow.blend(all(Exp.HIGHEST), notLow.compare(VectorOperators.GT, all(Exp.HIGHEST)));
            FloatVector shifted = v.fma(all(Exp.LOG2_E), all(Exp.ROUND));
            FloatVector n = shifted.sub(all(Exp.ROUND));
            FloatVector r = n.fma(all(-Exp.LN2_LOW), n.fma(all(-Exp.LN2_HIGH), v));
            FloatVector p6 = r.fma(all(Exp.P7), all(Exp.P6));
            FloatVector p5 = p6.fma(r, all(Exp.P5));
            FloatVector p4 = p5.fma(r, all(Exp.P4));
            FloatVector p3 = p4.fma(r, all(Exp.P3));
            FloatVector p2 = p3.fma(r, all(Exp.P2));
            FloatVector p0 = p2.fma(r.mul(r), r).add(all(1f));
            // The low bits of `shifted` are n: moved to the exponent's place they multiply by 2^n.
            FloatVector e = p0.reinterpretAsInts()
                    .add(shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, Exp.MANTISSA))
                    .reinterpretAsFloats();
            e.intoArray(y, i);
            sums = sums.add(e);
        }
        float tail = 0;
        for (int i = end; i < at + length; i++) {
            y[i] = Exp.exp(factor * x[i] - shift);
            tail += y[i];
        }
        return sum(sums) + tail;
    }

    @Override
    public float weightedDot(float[] dy, float[] x, int at, float[] gain, int length) {
        int end = SPECIES.loopBound(length);
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        int i = 0;
        for (; i + 2 * LANES <= end; i += 2 * LANES) {
            s0 = load(dy, at + i).mul(load(gain, i)).fma(load(x, at + i), s0);
            s1 = load(dy, at + i + LANES).mul(load(gain, i + LANES)).fma(load(x, at + i + LANES), s1);
        }
        for (; i < end; i += LANES) {
            s0 = load(dy, at + i).mul(load(gain, i)).fma(load(x, at + i), s0);
        }
        return sum(s0.add(s1)) + PlainKernels.weightedDot(dy, x, at, gain, end, length);
    }

    @Override
    public void scaleByGain(float[] y, float[] x, int at, float[] gain, int length, float factor) {
        int end = SPECIES.loopBound(length);
        for (int i = 0; i < end; i += LANES) {
            load(x, at + i).mul(factor).mul(load(gain, i)).intoArray(y, at + i);
        }
        PlainKernels.scaleByGain(y, x, at, gain, end, length, factor);
    }

    @Override
    public void rmsNormBackward(
            float[] dx,
            float[] dGain,
            float[] dy,
            float[] x,
            int at,
            float[] gain,
            int length,
            float rstd,
            float slope) {
        int end = SPECIES.loopBound(length);
        FloatVector scale = all(rstd);
        FloatVector minusSlope = all(-slope);
        for (int i = 0; i < end; i += LANES) {
            FloatVector d = load(dy, at + i);
            FloatVector in = load(x, at + i);
            d.mul(in).fma(scale, load(dGain, i)).intoArray(dGain, i);
            FloatVector inner = in.fma(minusSlope, d.mul(load(gain, i)));
            inner.fma(scale, load(dx, at + i)).intoArray(dx, at + i);
        }
        PlainKernels.rmsNormBackward(dx, dGain, dy, x, at, gain, end, length, rstd, slope);
    }

    @Override
    public void rotate(float[] y, float[] x, int at, float[] cos, float[] sin, int tableAt, int half, float sign) {
        if (half < LANES) {
            plain.rotate(y, x, at, cos, sin, tableAt, half, sign);
            return;
        }
        for (int i = 0; i < half; i += LANES) {
            rotateLanes(
                    y, x, at, cos, sin, tableAt, half, sign, Math.min(i, half - LANES)); // the last ones may overlap
        }
    }

    private static void rotateLanes(
            float[] y, float[] x, int at, float[] cos, float[] sin, int tableAt, int half, float sign, int i) {
        FloatVector c = load(cos, tableAt + i);
        FloatVector s = load(sin, tableAt + i).mul(sign);
        FloatVector first = load(x, at + i);
        FloatVector second = load(x, at + half + i);
        first.mul(c).sub(second.mul(s)).intoArray(y, at + i);
        second.mul(c).add(first.mul(s)).intoArray(y, at + half + i);
    }

    @Override
    public void swiGlu(float[] y, float[] gate, float[] exps, float[] up, int length) {
        int end = SPECIES.loopBound(length);
        for (int i = 0; i < end; i += LANES) {
            load(gate, i).div(load(exps, i).add(1f)).mul(load(up, i)).intoArray(y, i);
        }
        PlainKernels.swiGlu(y, gate, exps, up, end, length);
    }

    @Override
    public void swiGluBackward(float[] dy, float[] gate, float[] exps, float[] up, int length) {
        int end = SPECIES.loopBound(length);
        FloatVector one = all(1f);
        for (int i = 0; i < end; i += LANES) {
            FloatVector d = load(dy, i);
            FloatVector sigmoid = one.div(load(exps, i).add(one));
            FloatVector silu = load(gate, i).mul(sigmoid);
            FloatVector slope = one.sub(sigmoid).fma(silu, sigmoid);
            FloatVector ups = load(up, i);
            silu.mul(ups).intoArray(dy, i);
            d.mul(ups).mul(slope).intoArray(gate, i);
            d.mul(silu).intoArray(up, i);
        }
        PlainKernels.swiGluBackward(dy, gate, exps, up, end, length);
    }

    @Override
    public void softmaxBackward(float[] dp, float[] p, int at, int length, float mean, float factor) {
        int end = at + SPECIES.loopBound(length);
        for (int i = at; i < end; i += LANES) {
            load(p, i).mul(load(dp, i).sub(mean)).mul(factor).intoArray(dp, i);
        }
        plain.softmaxBackward(dp, p, end, at + length - end, mean, factor);
    }

    @Override
    public void adamW(float[] w, float[] g, float[] m, float[] v, int at, int to, AdamWFactors f) {
        int end = at + SPECIES.loopBound(to - at);
        FloatVector rootScale = all(f.rootScale());
        FloatVector eps = all(f.eps());
        FloatVector keep = all(f.keep());
        for (int i = at; i < end; i += LANES) {
            FloatVector gradient = load(g, i).mul(f.gradientScale());
            FloatVector first = load(m, i).mul(f.beta1()).add(gradient.mul(f.oneMinusBeta1()));
            FloatVector second =
                    load(v, i).mul(f.beta2()).add(gradient.mul(gradient).mul(f.oneMinusBeta2()));
            FloatVector root = second.sqrt().fma(rootScale, eps);
            first.intoArray(m, i);
            second.intoArray(v, i);
            load(w, i).mul(keep).sub(first.mul(f.step()).div(root)).intoArray(w, i);
        }
        plain.adamW(w, g, m, v, end, to, f);
    }

    private static FloatVector load(float[] x, int at) {
        return FloatVector.fromArray(SPECIES, x, at);
    }

    /** The sum of all lanes, halves first; the last ones written out, since loops over so few cost several times as much. */
    private float sum(FloatVector x) {
        x.intoArray(lanes, 0);
        for (int n = LANES / 2; n >= WRITTEN_OUT; n /= 2) {
            for (int i = 0; i < n; i++) {
                lanes[i] += lanes[i + n];
            }
        }
        return (quarter(0) + quarter(2)) + (quarter(1) + quarter(3));
    }

    private float quarter(int i) {
        return LANES >= WRITTEN_OUT
                ? (lanes[i] + lanes[i + 8]) + (lanes[i + 4] + lanes[i + 12])
                : LANES == 8 ? lanes[i] + lanes[i + 4] : lanes[i];
    }

    private static FloatVector all(float value) {
        return FloatVector.broadcast(SPECIES, value);
    }
}
