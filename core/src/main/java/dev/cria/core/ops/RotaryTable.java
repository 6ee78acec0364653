package dev.cria.core.ops;

/**
 * Cosines and sines of rotary position embedding: angle(position, i) = position * theta^(-2i / headDim), i below
 * headDim / 2. Frequencies and angles are rounded to float as Hugging Face's Llama rounds them, since at position 4,000
 * that rounding moves an angle by 1e-4.
 */
public final class RotaryTable {
    private static final long LARGEST = 1L << 27; // angles: a million positions at head size 256

    private final int headDim;
    private final int positions;
    private final float[] cos; // [positions, headDim / 2]
    private final float[] sin; // [positions, headDim / 2]

    /**
     * Computes the table.
     *
     * @param headDim size of a head, even
     * @param theta base of the frequencies, 10,000 in Llama 2
     * @param positions number of positions
     * @throws IllegalArgumentException if the head size is odd, a number is not positive or the table would not fit
     */
    public RotaryTable(int headDim, double theta, int positions) {
        if (headDim < 2 || headDim % 2 != 0 || theta <= 0 || positions < 1) {
            throw new IllegalArgumentException(
                    "rotary embedding needs an even head size, a positive theta and at least one position, got headDim %d, theta %s, positions %d"
                            .formatted(headDim, theta, positions));
        }
        this.headDim = headDim;
        this.positions = positions;
        int half = headDim / 2;
        if ((long) positions * half > LARGEST) {
            throw new IllegalArgumentException("a rotary table of %d positions and head size %d is beyond all sense"
                    .formatted(positions, headDim));
        }
        this.cos = new float[positions * half];
        this.sin = new float[positions * half];
        for (int i = 0; i < half; i++) {
            float exponent = (float) (2 * i) / headDim; // each step rounded, as float32 tensors round it
            float frequency = 1 / (float) Math.pow(theta, exponent);
            for (int p = 0; p < positions; p++) {
                float angle = p * frequency;
                cos[p * half + i] = (float) Math.cos(angle);
                sin[p * half + i] = (float) Math.sin(angle);
            }
        }
    }

    /** Size of a head. */
    public int headDim() {
        return headDim;
    }

    /** Number of positions; larger ones are refused. */
    public int positions() {
        return positions;
    }

    /** Cosines [positions, headDim / 2]; the caller must not change them. */
    public float[] cos() {
        return cos;
    }

    /** Sines [positions, headDim / 2]; the caller must not change them. */
    public float[] sin() {
        return sin;
    }

    /**
     * Checks that every position of a batch is in the table.
     *
     * @throws IllegalArgumentException naming the longest sequence and the limit
     */
    public void check(int[] batchPositions) {
        for (int position : batchPositions) {
            if (position >= positions) {
                throw new IllegalArgumentException(
                        "a sequence of more than %d tokens does not fit the model's %d positions; shorten it or raise maxPositionEmbeddings"
                                .formatted(positions, positions));
            }
        }
    }
}
