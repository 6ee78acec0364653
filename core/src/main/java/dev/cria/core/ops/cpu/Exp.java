package dev.cria.core.ops.cpu;

/**
 * exp in single precision to about one unit in the last place (Cephes' expf): x = n ln 2 + r, a polynomial in r, and n added to
 * the exponent. Arguments below -87 or above 88 count as these, so that results are normal and finite; NaN stays NaN.
 */
public final class Exp {
    /** Smallest argument. */
    public static final float LOWEST = -87f;
    /** Largest argument. */
    public static final float HIGHEST = 88f;
    /** 1 / ln 2. */
    public static final float LOG2_E = 1.442695f;
    /** 1.5 * 2^23: what is added to it is rounded to an integer, which then stands in its low bits. */
    public static final float ROUND = 12582912f;
    /** ln 2 to few bits, so that its product with n is exact. */
    public static final float LN2_HIGH = 0.6933594f;
    /** The rest of ln 2. */
    public static final float LN2_LOW = -2.1219444e-4f;

    /** Coefficient of r^7; P6 to P2 are those of lower powers. */
    public static final float P7 = 1.9875691e-4f;

    /** Coefficient of r^6. */
    public static final float P6 = 1.3981999e-3f;
    /** Coefficient of r^5. */
    public static final float P5 = 8.333452e-3f;
    /** Coefficient of r^4. */
    public static final float P4 = 4.1665796e-2f;
    /** Coefficient of r^3. */
    public static final float P3 = 1.6666666e-1f;
    /** Coefficient of r^2. */
    public static final float P2 = 0.5f;
    /** Bits of the mantissa. */
    public static final int MANTISSA = 23;

    /**
     * Exponentials with such a sum are taken again with a larger shift. The largest score is then some 40 above the shift, far from 88,
     * where arguments are cut off; a sum past the floats' range shows here too.
     */
    static final float OVERSHOOT = 0x1p56f;

    private static final double LN2 = 0.6931471805599453;
    private static final double ROOT_2 = 1.4142135623730951;

    private Exp() {}

    /** log(x) to some 1e-15 of the result's size or of 1: x = 2^n m, and a series in (m - 1) / (m + 1). */
    static double log(double x) {
        if (!(x >= Double.MIN_NORMAL && x <= Double.MAX_VALUE)) {
            return StrictMath.log(x);
        }
        int n = Math.getExponent(x);
        double m = Double.longBitsToDouble(Double.doubleToRawLongBits(x) - ((long) n << 52));
        if (m > ROOT_2) {
            m /= 2;
            n++;
        }
        double s = (m - 1) / (m + 1); // at most 0.172
        double z = s * s;
        double high = (((1.0 / 19 * z + 1.0 / 17) * z + 1.0 / 15) * z + 1.0 / 13) * z + 1.0 / 11;
        double series = ((((high * z + 1.0 / 9) * z + 1.0 / 7) * z + 1.0 / 5) * z + 1.0 / 3) * z + 1;
        return n * LN2 + 2 * s * series;
    }

    /** exp(x). */
    public static float exp(float x) {
        float clipped = x < LOWEST ? LOWEST : x > HIGHEST ? HIGHEST : x;
        float n = (clipped * LOG2_E + ROUND) - ROUND;
        float r = (clipped - n * LN2_HIGH) - n * LN2_LOW;
        float p = ((((P7 * r + P6) * r + P5) * r + P4) * r + P3) * r + P2;
        return Float.intBitsToFloat(Float.floatToRawIntBits(p * (r * r) + r + 1f) + ((int) n << MANTISSA));
    }
}
