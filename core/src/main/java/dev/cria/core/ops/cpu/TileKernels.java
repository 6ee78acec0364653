package dev.cria.core.ops.cpu;

/**
 * The innermost loops, over tiles on the heap. Two implementations exist: plain Java, and the Vector API where its module
 * is there. Sums are taken in a fixed order, so that results do not change when the JIT compiler steps in.
 */
public interface TileKernels {
    /** How these loops run, for the log. */
    String describe();

    /**
     * Products of rows of bfloat16 with a vector: y[yAt + o] = row o · x.
     *
     * @param pairs [rows, length], each float holding two neighbours, the first in its low half
     * @param x from {@code xAt} on the even elements, then the odd ones: [2, length]
     */
    void timesPairs(float[] y, int yAt, float[] pairs, int rows, int length, float[] x, int xAt);

    /** Rows of bfloat16 as floats, even elements first: y [rows, 2, length], pairs [rows, length]. */
    void widenPairs(float[] y, float[] pairs, int rows, int length);

    /**
     * Rounds to bfloat16, ties away from zero: pair i of y has x[i] in its low half and x[second + i] in its high half. y may be x if
     * {@code second} is at least {@code length}.
     */
    void roundPairs(float[] y, float[] x, int second, int length);

    /** y = x rounded to bfloat16, and x -= y: x comes apart into two numbers of half as many digits. */
    void split(float[] y, float[] x, int length);

    /** x *= factor. */
    void scale(float[] x, int at, int length, float factor);

    /** y += factor * x. */
    void addScaled(float[] y, int yAt, float[] x, int xAt, int length, float factor);

    /** Sum of a * b. */
    float dot(float[] a, int aAt, float[] b, int bAt, int length);

    /** Largest element; negative infinity if there is none. */
    float max(float[] x, int at, int length);

    /**
     * y = exp(factor * x - shift), where exponents below -87 or above 88 count as these; y may be x.
     *
     * @return the sum of y
     */
    float expSum(float[] y, float[] x, int at, int length, float factor, float shift);

    /** Sum of dy * gain * x over one row of RMSNorm; the gain starts at 0. */
    float weightedDot(float[] dy, float[] x, int at, float[] gain, int length);

    /** y = x * factor * gain: one row of RMSNorm; the gain starts at 0. */
    void scaleByGain(float[] y, float[] x, int at, float[] gain, int length, float factor);

    /** dx += (dy * gain - x * slope) * rstd and dGain += dy * x * rstd; gain and dGain start at 0. */
    void rmsNormBackward(
            float[] dx,
            float[] dGain,
            float[] dy,
            float[] x,
            int at,
            float[] gain,
            int length,
            float rstd,
            float slope);

    /**
     * Turns the pairs (i, i + half) of one head: y = (x1 cos - x2 sin * sign, x2 cos + x1 sin * sign). {@code y} is not
     * {@code x}.
     */
    void rotate(float[] y, float[] x, int at, float[] cos, float[] sin, int tableAt, int half, float sign);

    /** y = silu(gate) * up, where exps holds exp(-gate); y may be up. */
    void swiGlu(float[] y, float[] gate, float[] exps, float[] up, int length);

    /** gate and up are replaced by their gradients and dy by y: the backward pass of {@link #swiGlu}. */
    void swiGluBackward(float[] dy, float[] gate, float[] exps, float[] up, int length);

    /** dp = p * (dp - mean) * factor: the backward pass of softmax. */
    void softmaxBackward(float[] dp, float[] p, int at, int length, float mean, float factor);

    /**
     * AdamW on elements {@code at} to {@code to}: m = b1 m + (1 - b1) g s, v = b2 v + (1 - b2) (g s)², w = w keep - step m /
     * (sqrt(v) rootScale + eps).
     */
    void adamW(float[] w, float[] g, float[] m, float[] v, int at, int to, AdamWFactors factors);

    /**
     * Factors of one AdamW update.
     *
     * @param beta1 decay of the first moment
     * @param oneMinusBeta1 1 - beta1, rounded once
     * @param beta2 decay of the second moment
     * @param oneMinusBeta2 1 - beta2, rounded once
     * @param gradientScale s
     * @param keep 1 - learning rate * decay
     * @param step learning rate / (1 - beta1^t)
     * @param rootScale 1 / sqrt(1 - beta2^t)
     * @param eps added to the root
     */
    record AdamWFactors(
            float beta1,
            float oneMinusBeta1,
            float beta2,
            float oneMinusBeta2,
            float gradientScale,
            float keep,
            float step,
            float rootScale,
            float eps) {}
}
