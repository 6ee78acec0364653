package dev.cria.core.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ShortBuffer;

/**
 * Element types of the safetensors format, in the order of its specification. Tensors of any type may stand in a file;
 * values are read and written for the floating-point ones from 16 to 64 bits.
 */
public enum DType {
    /** One byte, 0 or 1. */
    BOOL(1),
    /** Unsigned 8-bit integer. */
    U8(1),
    /** Signed 8-bit integer. */
    I8(1),
    /** 8-bit float, 5 exponent bits. */
    F8_E5M2(1),
    /** 8-bit float, 4 exponent bits. */
    F8_E4M3(1),
    /** Signed 16-bit integer. */
    I16(2),
    /** Unsigned 16-bit integer. */
    U16(2),
    /** IEEE 754 half precision. */
    F16(2),
    /** The upper half of a 32-bit float. */
    BF16(2),
    /** Signed 32-bit integer. */
    I32(4),
    /** Unsigned 32-bit integer. */
    U32(4),
    /** IEEE 754 single precision. */
    F32(4),
    /** IEEE 754 double precision. */
    F64(8),
    /** Signed 64-bit integer. */
    I64(8),
    /** Unsigned 64-bit integer. */
    U64(8);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** Whether values of this type can be read as floats. */
    public boolean isReadable() {
        return this == F64 || isWritable();
    }

    /** Whether floats can be written as this type: {@link #F32}, {@link #F16} and {@link #BF16}. */
    public boolean isWritable() {
        return this == F32 || this == F16 || this == BF16;
    }

    /** Takes {@code length} elements from a buffer as floats; doubles are rounded to the nearest float. */
    void decode(ByteBuffer from, float[] to, int length) {
        switch (this) {
            case F32 -> from.asFloatBuffer().get(to, 0, length);
            case F64 -> {
                for (int i = 0; i < length; i++) {
                    to[i] = (float) from.getDouble(from.position() + 8 * i);
                }
            }
            case F16 -> {
                ShortBuffer halves = from.asShortBuffer();
                for (int i = 0; i < length; i++) {
                    to[i] = Half.fromFloat16(halves.get(i));
                }
            }
            case BF16 -> {
                ShortBuffer halves = from.asShortBuffer();
                for (int i = 0; i < length; i++) {
                    to[i] = Half.fromBfloat16(halves.get(i));
                }
            }
            default -> throw new IllegalStateException(this + " holds no floats");
        }
        from.position(from.position() + length * bytes);
    }

    /** Puts {@code length} floats into a buffer, rounded to the nearest value of this type, ties to even. */
    void encode(float[] from, int length, ByteBuffer to) {
        switch (this) {
            case F32 -> to.asFloatBuffer().put(from, 0, length);
            case F16 -> {
                ShortBuffer halves = to.asShortBuffer();
                for (int i = 0; i < length; i++) {
                    halves.put(i, Half.toFloat16(from[i]));
                }
            }
            case BF16 -> {
                ShortBuffer halves = to.asShortBuffer();
                for (int i = 0; i < length; i++) {
                    halves.put(i, Half.toBfloat16(from[i]));
                }
            }
            default -> throw new IllegalStateException("floats are not written as " + this);
        }
        to.position(to.position() + length * bytes);
    }
}
