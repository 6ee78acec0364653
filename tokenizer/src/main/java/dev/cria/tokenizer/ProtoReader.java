package dev.cria.tokenizer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads a protocol buffer field by field. Every length is checked against the bytes that are there, so a broken file costs an
 * error and no memory.
 */
final class ProtoReader {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private final ByteBuffer buffer;
    private int wireType;

    ProtoReader(byte[] content) {
        this(ByteBuffer.wrap(content));
    }

    private ProtoReader(ByteBuffer content) {
        buffer = content.order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Moves to the next field and returns its number, or 0 at the end. */
    int nextField() {
        if (!buffer.hasRemaining()) {
            return 0;
        }
        long tag = varint();
        wireType = (int) (tag & 7);
        long field = tag >>> 3;
        if (field < 1 || field >= 1 << 29) {
            throw broken("field number " + field);
        }
        return (int) field;
    }

    long readInteger() {
        expect(VARINT);
        return varint();
    }

    boolean readBoolean() {
        return readInteger() != 0;
    }

    float readFloat() {
        expect(FIXED32);
        require(Float.BYTES);
        return buffer.getFloat();
    }

    String readString() {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(slice()).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("a string is not valid UTF-8 before byte " + buffer.position(), e);
        }
    }

    int readLength() {
        return slice().remaining();
    }

    ProtoReader readMessage() {
        return new ProtoReader(slice());
    }

    void skip() {
        switch (wireType) {
            case VARINT -> varint();
            case FIXED64 -> advance(Long.BYTES);
            case BYTES -> slice();
            case FIXED32 -> advance(Integer.BYTES);
            default -> throw broken("wire type " + wireType);
        }
    }

    private ByteBuffer slice() {
        expect(BYTES);
        long length = varint();
        require(length);
        ByteBuffer slice = buffer.slice(buffer.position(), (int) length);
        advance((int) length);
        return slice;
    }

    private void advance(int count) {
        require(count);
        buffer.position(buffer.position() + count);
    }

    private void require(long count) {
        if (count < 0 || count > buffer.remaining()) {
            throw new IllegalArgumentException("truncated or broken: a field of " + Long.toUnsignedString(count)
                    + " bytes where " + buffer.remaining() + " are left");
        }
    }

    private void expect(int expected) {
        if (wireType != expected) {
            throw broken("wire type " + wireType + " instead of " + expected);
        }
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            require(1);
            byte b = buffer.get();
            value |= (long) (b & 0x7F) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw broken("an integer of more than 10 bytes");
    }

    private IllegalArgumentException broken(String what) {
        return new IllegalArgumentException("not a protocol buffer of the expected form: " + what);
    }
}
