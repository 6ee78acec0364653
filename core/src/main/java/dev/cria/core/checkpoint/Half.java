package dev.cria.core.checkpoint;

/** The two 16-bit float formats. Both conversions to 16 bits round to nearest, ties to even. */
final class Half {
    private static final int EXPONENT_OFFSET = 127 - 15;
    private static final float SMALLEST_SUBNORMAL = 0x1p-24f;

    private Half() {}

    /** The value of an IEEE 754 half. */
    static float fromFloat16(short half) {
        int sign = (half & 0x8000) << 16;
        int exponent = (half >>> 10) & 0x1f;
        int mantissa = half & 0x3ff;
        if (exponent == 0) {
            float magnitude = mantissa * SMALLEST_SUBNORMAL;
            return sign == 0 ? magnitude : -magnitude;
        }
        int wide = exponent == 0x1f ? 0xff : exponent + EXPONENT_OFFSET;
        return Float.intBitsToFloat(sign | wide << 23 | mantissa << 13);
    }

    /** The nearest IEEE 754 half; infinity beyond 65,504. */
    static short toFloat16(float value) {
        int sign = (Float.floatToRawIntBits(value) >>> 16) & 0x8000;
        float magnitude = Math.abs(value);
        if (Float.isNaN(magnitude)) {
            return (short) (sign | 0x7e00);
        }
        if (magnitude >= 65_520) {
            return (short) (sign | 0x7c00);
        }
        // Beside a number 2^13 times as large, the float's last bit is the half's last bit: the addition rounds.
        float large = Math.scalb(1f, Math.max(Math.getExponent(magnitude), -14) + 13);
        float rounded = (magnitude + large) - large;
        if (rounded < 0x1p-14f) {
            return (short) (sign | (int) (rounded / SMALLEST_SUBNORMAL));
        }
        return (short) (sign | ((Float.floatToRawIntBits(rounded) >>> 13) - (EXPONENT_OFFSET << 10)));
    }

    /** The value of a bfloat16. */
    static float fromBfloat16(short half) {
        return Float.intBitsToFloat(half << 16);
    }

    /** The nearest bfloat16. */
    static short toBfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }
}
