package dev.cria.core.random;

/**
 * Counter-based random numbers: Philox 4x32-10 (Salmon et al. 2011). The n-th number is a pure function of (seed, stream,
 * n), so any number can be drawn at any time, in any order and on any thread.
 *
 * @param seed the run's seed
 * @param stream what the numbers are for; different streams are independent
 */
public record CounterRandom(long seed, long stream) {
    private static final int MULTIPLIER_0 = 0xD2511F53;
    private static final int MULTIPLIER_1 = 0xCD9E8D57;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;
    private static final int ROUNDS = 10;
    private static final double TWO_TO_MINUS_53 = 0x1.0p-53;

    /**
     * A stream named by a word and a number, such as {@code ("init", parameterIndex)}.
     *
     * @param seed the run's seed
     * @param purpose a fixed word
     * @param index distinguishes streams of one purpose, such as a step
     */
    public static CounterRandom of(long seed, String purpose, long index) {
        long hash = 0xcbf29ce484222325L; // FNV-1a
        for (int i = 0; i < purpose.length(); i++) {
            hash = (hash ^ purpose.charAt(i)) * 0x100000001b3L;
        }
        return new CounterRandom(seed, hash * 31 + index);
    }

    /** The n-th 64 random bits. */
    public long bits(long n) {
        return philox((int) n, (int) (n >>> 32), (int) stream, (int) (stream >>> 32), (int) seed, (int) (seed >>> 32));
    }

    /** The n-th number, uniform in [0, 1). */
    public double uniform(long n) {
        return (bits(n) >>> 11) * TWO_TO_MINUS_53;
    }

    /** The n-th number, standard normal (Box and Muller 1958). */
    public double gaussian(long n) {
        double radius = Math.sqrt(-2 * Math.log(1 - uniform(2 * n)));
        return radius * Math.cos(2 * Math.PI * uniform(2 * n + 1));
    }

    /**
     * The n-th number, uniform in 0 to bound - 1.
     *
     * @param n which number
     * @param bound at least 1; the bias is below bound / 2^64
     */
    public long below(long n, long bound) {
        if (bound < 1) {
            throw new IllegalArgumentException("the bound must be at least 1, got " + bound);
        }
        long bits = bits(n);
        return Math.multiplyHigh(bits, bound) + ((bits >> 63) & bound); // as if the bits were unsigned
    }

    /**
     * A permutation of 0 to length - 1 (Fisher and Yates).
     *
     * @param length number of elements
     */
    public int[] permutation(int length) {
        int[] order = new int[length];
        for (int i = 0; i < length; i++) {
            int j = (int) below(i, i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    /** Ten rounds of Philox over the counter (c0..c3) under the key (k0, k1); the first two words of the result. */
    static long philox(int c0, int c1, int c2, int c3, int k0, int k1) {
        for (int round = 0; round < ROUNDS; round++) {
            long p0 = (MULTIPLIER_0 & 0xffffffffL) * (c0 & 0xffffffffL);
            long p1 = (MULTIPLIER_1 & 0xffffffffL) * (c2 & 0xffffffffL);
            int n0 = (int) (p1 >>> 32) ^ c1 ^ k0;
            int n2 = (int) (p0 >>> 32) ^ c3 ^ k1;
            c0 = n0;
            c1 = (int) p1;
            c2 = n2;
            c3 = (int) p0;
            k0 += WEYL_0;
            k1 += WEYL_1;
        }
        return (c0 & 0xffffffffL) | ((long) c1 << 32);
    }
}
