package dev.cria.core.data;

/** Element types of the {@code .npy} files, all little-endian. */
public enum NpyType {
    /** Unsigned 16-bit integers. */
    UINT16("<u2", 2, 0xffff),
    /** Unsigned 32-bit integers; values beyond 2^31 - 1 are not used. */
    UINT32("<u4", 4, Integer.MAX_VALUE),
    /** Signed 64-bit integers. */
    INT64("<i8", 8, Long.MAX_VALUE);

    private final String descr;
    private final int bytes;
    private final long max;

    NpyType(String descr, int bytes, long max) {
        this.descr = descr;
        this.bytes = bytes;
        this.max = max;
    }

    /** NumPy's name of the type, such as {@code <u2}. */
    public String descr() {
        return descr;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** The largest value written. */
    public long max() {
        return max;
    }

    /** The smallest type that holds every token id of a vocabulary. */
    public static NpyType ofVocabulary(int vocabSize) {
        return vocabSize - 1 <= UINT16.max ? UINT16 : UINT32;
    }
}
