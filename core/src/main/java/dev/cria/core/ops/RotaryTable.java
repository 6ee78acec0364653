package dev.cria.core.ops;

/**
 * Cosines and sines of rotary position embedding: angle(position, i) = position * theta^(-2i / headDim), i below
 * headDim / 2. Frequencies and angles are rounded to float as Hugging Face's Llama rounds them, since at position 4,000
 * that rounding moves an angle by 1e-4.
 */
public final class RotaryTable {
    private static final int FIRST = 4096; // positions computed at once: all that most models have
    private static final long LARGEST = 1L << 27; // angles: a million positions at head size 256

    private final int headDim;
    private final double theta;
    private final int positions;
    private volatile Angles computed = new Angles(0, new float[0], new float[0]);

    /**
     * Angles of the first positions.
     *
     * @param positions their number
     * @param cos [positions, headDim / 2]; not to be changed
     * @param sin [positions, headDim / 2]; not to be changed
     */
    public record Angles(int positions, float[] cos, float[] sin) {}

    /**
     * A table whose angles are computed when they are asked for.
     *
     * @param headDim size of a head, even
     * @param theta base of the frequencies, 10,000 in Llama 2
     * @param positions number of positions
     * @throws IllegalArgumentException if the head size is odd or a number is not positive
     */
    public RotaryTable(int headDim, double theta, int positions) {
        if (headDim < 2 || headDim % 2 != 0 || theta <= 0 || positions < 1) {
            throw new IllegalArgumentException(
                    "rotary embedding needs an even head size, a positive theta and at least one position, got headDim %d, theta %s, positions %d"
                            .formatted(headDim, theta, positions));
        }
        this.headDim = headDim;
        this.theta = theta;
        this.positions = positions;
    }

    /** Size of a head. */
    public int headDim() {
        return headDim;
    }

    /** Number of positions; larger ones are refused. */
    public int positions() {
        return positions;
    }

    /**
     * Angles of the positions of a batch, and of those before them.
     *
     * @throws IllegalArgumentException as {@link #check}, or if so many angles would not fit
     */
    public Angles angles(int[] batchPositions) {
        check(batchPositions);
        int count = 0;
        for (int position : batchPositions) {
            count = Math.max(count, position + 1);
        }
        Angles present = computed;
        return count <= present.positions() ? present : grow(count);
    }

    /** A model may claim far more positions than are ever used, so that angles are there for twice as many as were. */
    private synchronized Angles grow(int count) {
        if (count > computed.positions()) {
            long most = Math.min(positions, LARGEST / (headDim / 2));
            if (count > most) {
                throw new IllegalArgumentException("a rotary table of %d positions and head size %d is beyond all sense"
                        .formatted(count, headDim));
            }
            computed = compute((int) Math.min(most, Math.max(FIRST, 2L * count)));
        }
        return computed;
    }

    private Angles compute(int count) {
        int half = headDim / 2;
        float[] cos = new float[count * half];
        float[] sin = new float[count * half];
        for (int i = 0; i < half; i++) {
            float exponent = (float) (2 * i) / headDim; // each step rounded, as float32 tensors round it
            float frequency = 1 / (float) Math.pow(theta, exponent);
            for (int p = 0; p < count; p++) {
                float angle = p * frequency;
                cos[p * half + i] = (float) Math.cos(angle);
                sin[p * half + i] = (float) Math.sin(angle);
            }
        }
        return new Angles(count, cos, sin);
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
