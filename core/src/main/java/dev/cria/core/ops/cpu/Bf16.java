package dev.cria.core.ops.cpu;

/** bfloat16: the upper half of a float. Two of them lie in one float of memory, the first in its low half. */
public final class Bf16 {
    /** Bits of a bfloat16. */
    public static final int BITS = 16;
    /** The high half of a float's bits. */
    public static final int HIGH = 0xffff0000;

    /** Half of the last place in a float's bits: added to them, what is cut off below is rounded. */
    public static final int HALF = 0x8000;

    private Bf16() {}

    /** The bits of the nearest bfloat16, ties to even; NaN stays NaN. */
    static int round(float x) {
        int bits = Float.floatToRawIntBits(x);
        if (Float.isNaN(x)) {
            return (bits >>> BITS) | 0x40;
        }
        return (bits + 0x7fff + ((bits >>> BITS) & 1)) >>> BITS;
    }

    /** Element {@code index} of memory of pairs. */
    static float get(Floats pairs, long index) {
        int bits = Float.floatToRawIntBits(pairs.get(index / 2));
        return Float.intBitsToFloat(index % 2 == 0 ? bits << BITS : bits & HIGH);
    }

    /** Writes element {@code index} of memory of pairs. */
    static void put(Floats pairs, long index, float value) {
        int before = Float.floatToRawIntBits(pairs.get(index / 2));
        int after = index % 2 == 0 ? (before & HIGH) | round(value) : (before & ~HIGH) | (round(value) << BITS);
        pairs.put(index / 2, Float.intBitsToFloat(after));
    }

    /** Writes floats to memory of pairs, from an even element on; a pair's missing second becomes 0. */
    static void put(Floats pairs, float[] from, int at, int length) {
        for (int i = 0; i < length; i += 2) {
            int high = i + 1 < length ? round(from[at + i + 1]) : 0;
            pairs.put(i / 2, Float.intBitsToFloat(round(from[at + i]) | high << BITS));
        }
    }

    /** Reads floats from memory of pairs, beginning with pair {@code first}. */
    static void get(Floats pairs, long first, float[] to, int at, int length) {
        for (int i = 0; i < length; i++) {
            int bits = Float.floatToRawIntBits(pairs.get(first + i / 2));
            to[at + i] = Float.intBitsToFloat(i % 2 == 0 ? bits << BITS : bits & HIGH);
        }
    }
}
