package dev.cria.core.ops.cpu;

/** The innermost loops in plain Java. */
public final class PlainKernels implements TileKernels {
    /** The kernels without state. */
    public PlainKernels() {}

    @Override
    public String describe() {
        return "plain Java loops";
    }

    @Override
    public void timesPairs(float[] y, int yAt, float[] pairs, int rows, int length, float[] x, int xAt) {
        for (int o = 0; o < rows; o++) {
            y[yAt + o] = dotPairs(pairs, o * length, x, xAt, 0, length);
        }
    }

    /** Sum over the pairs {@code from} to {@code length} of a row. */
    public static float dotPairs(float[] pairs, int at, float[] x, int xAt, int from, int length) {
        float even = 0;
        float odd = 0;
        for (int j = from; j < length; j++) {
            int bits = Float.floatToRawIntBits(pairs[at + j]);
            even += Float.intBitsToFloat(bits << Bf16.BITS) * x[xAt + j];
            odd += Float.intBitsToFloat(bits & Bf16.HIGH) * x[xAt + length + j];
        }
        return even + odd;
    }

    @Override
    public void widenPairs(float[] y, float[] pairs, int rows, int length) {
        for (int o = 0; o < rows; o++) {
            widenPairs(y, pairs, o, 0, length);
        }
    }

    /** Widens the pairs {@code from} to {@code length} of row {@code o}. */
    public static void widenPairs(float[] y, float[] pairs, int o, int from, int length) {
        for (int j = from; j < length; j++) {
            int bits = Float.floatToRawIntBits(pairs[o * length + j]);
            y[2 * o * length + j] = Float.intBitsToFloat(bits << Bf16.BITS);
            y[(2 * o + 1) * length + j] = Float.intBitsToFloat(bits & Bf16.HIGH);
        }
    }

    @Override
    public void roundPairs(float[] y, float[] x, int second, int length) {
        roundPairs(y, x, second, 0, length);
    }

    /** From pair {@code from} on. */
    public static void roundPairs(float[] y, float[] x, int second, int from, int length) {
        for (int i = from; i < length; i++) {
            int low = (Float.floatToRawIntBits(x[i]) + Bf16.HALF) >>> Bf16.BITS;
            int high = (Float.floatToRawIntBits(x[second + i]) + Bf16.HALF) & Bf16.HIGH;
            y[i] = Float.intBitsToFloat(low | high);
        }
    }

    @Override
    public void split(float[] y, float[] x, int length) {
        split(y, x, 0, length);
    }

    /** From element {@code from} on. */
    public static void split(float[] y, float[] x, int from, int end) {
        for (int i = from; i < end; i++) {
            y[i] = Float.intBitsToFloat((Float.floatToRawIntBits(x[i]) + Bf16.HALF) & Bf16.HIGH);
            x[i] -= y[i];
        }
    }

    @Override
    public void scale(float[] x, int at, int length, float factor) {
        for (int i = at; i < at + length; i++) {
            x[i] *= factor;
        }
    }

    @Override
    public void addScaled(float[] y, int yAt, float[] x, int xAt, int length, float factor) {
        for (int i = 0; i < length; i++) {
            y[yAt + i] += factor * x[xAt + i];
        }
    }

    @Override
    public float dot(float[] a, int aAt, float[] b, int bAt, int length) {
        // Four sums: the additions of one would wait for each other.
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        int i = 0;
        for (; i + 3 < length; i += 4) {
            s0 += a[aAt + i] * b[bAt + i];
            s1 += a[aAt + i + 1] * b[bAt + i + 1];
            s2 += a[aAt + i + 2] * b[bAt + i + 2];
            s3 += a[aAt + i + 3] * b[bAt + i + 3];
        }
        for (; i < length; i++) {
            s0 += a[aAt + i] * b[bAt + i];
        }
        return (s0 + s1) + (s2 + s3);
    }

    @Override
    public float max(float[] x, int at, int length) {
        float max = Float.NEGATIVE_INFINITY;
        for (int i = at; i < at + length; i++) {
            max = Math.max(max, x[i]);
        }
        return max;
    }

    @Override
    public float expSum(float[] y, float[] x, int at, int length, float factor, float shift) {
        float even = 0;
        float odd = 0;
        int i = at;
        for (; i + 1 < at + length; i += 2) {
            y[i] = Exp.exp(factor * x[i] - shift);
            y[i + 1] = Exp.exp(factor * x[i + 1] - shift);
            even += y[i];
            odd += y[i + 1];
        }
        if (i < at + length) {
            y[i] = Exp.exp(factor * x[i] - shift);
            even += y[i];
        }
        return even + odd;
    }

    @Override
    public float weightedDot(float[] dy, float[] x, int at, float[] gain, int length) {
        return weightedDot(dy, x, at, gain, 0, length);
    }

    /** Sum of dy * gain * x from element {@code from} of a row on. */
    public static float weightedDot(float[] dy, float[] x, int at, float[] gain, int from, int length) {
        float even = 0;
        float odd = 0;
        int i = from;
        for (; i + 1 < length; i += 2) {
            even += dy[at + i] * gain[i] * x[at + i];
            odd += dy[at + i + 1] * gain[i + 1] * x[at + i + 1];
        }
        if (i < length) {
            even += dy[at + i] * gain[i] * x[at + i];
        }
        return even + odd;
    }

    @Override
    public void scaleByGain(float[] y, float[] x, int at, float[] gain, int length, float factor) {
        scaleByGain(y, x, at, gain, 0, length, factor);
    }

    /** y = x * factor * gain from element {@code from} of a row on. */
    public static void scaleByGain(float[] y, float[] x, int at, float[] gain, int from, int length, float factor) {
        for (int i = from; i < length; i++) {
            y[at + i] = x[at + i] * factor * gain[i];
        }
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
        rmsNormBackward(dx, dGain, dy, x, at, gain, 0, length, rstd, slope);
    }

    /** The backward pass of RMSNorm from element {@code from} of a row on. */
    public static void rmsNormBackward(
            float[] dx,
            float[] dGain,
            float[] dy,
            float[] x,
            int at,
            float[] gain,
            int from,
            int length,
            float rstd,
            float slope) {
        for (int i = from; i < length; i++) {
            dGain[i] += dy[at + i] * x[at + i] * rstd;
            dx[at + i] += (dy[at + i] * gain[i] - x[at + i] * slope) * rstd;
        }
    }

    @Override
    public void rotate(float[] y, float[] x, int at, float[] cos, float[] sin, int tableAt, int half, float sign) {
        for (int i = 0; i < half; i++) {
            float c = cos[tableAt + i];
            float s = sin[tableAt + i] * sign;
            float first = x[at + i];
            float second = x[at + half + i];
            y[at + i] = first * c - second * s;
            y[at + half + i] = second * c + first * s;
        }
    }

    @Override
    public void swiGlu(float[] y, float[] gate, float[] exps, float[] up, int length) {
        swiGlu(y, gate, exps, up, 0, length);
    }

    /** SwiGLU from element {@code from} on. */
    public static void swiGlu(float[] y, float[] gate, float[] exps, float[] up, int from, int length) {
        for (int i = from; i < length; i++) {
            y[i] = gate[i] / (1 + exps[i]) * up[i];
        }
    }

    @Override
    public void swiGluBackward(float[] dy, float[] gate, float[] exps, float[] up, int length) {
        swiGluBackward(dy, gate, exps, up, 0, length);
    }

    /** The backward pass of SwiGLU from element {@code from} on. */
    public static void swiGluBackward(float[] dy, float[] gate, float[] exps, float[] up, int from, int length) {
        for (int i = from; i < length; i++) {
            float sigmoid = 1 / (1 + exps[i]);
            float silu = gate[i] * sigmoid;
            float d = dy[i];
            dy[i] = silu * up[i];
            gate[i] = d * up[i] * (sigmoid + silu * (1 - sigmoid));
            up[i] = d * silu;
        }
    }

    @Override
    public void softmaxBackward(float[] dp, float[] p, int at, int length, float mean, float factor) {
        for (int i = at; i < at + length; i++) {
            dp[i] = p[i] * (dp[i] - mean) * factor;
        }
    }

    @Override
    public void adamW(float[] w, float[] g, float[] m, float[] v, int at, int to, AdamWFactors f) {
        for (int i = at; i < to; i++) {
            float gradient = g[i] * f.gradientScale();
            m[i] = m[i] * f.beta1() + gradient * f.oneMinusBeta1();
            v[i] = v[i] * f.beta2() + gradient * gradient * f.oneMinusBeta2();
            float root = (float) Math.sqrt(v[i]) * f.rootScale() + f.eps();
            w[i] = w[i] * f.keep() - f.step() * m[i] / root;
        }
    }
}
