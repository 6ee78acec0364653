package dev.cria.core.ops.cpu;

import dev.cria.core.ops.Slab;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * A slab's memory as the host sees it: an address for BLAS and direct buffers for bulk copies. A buffer holds less than
 * 2 GB, so buffers start every {@link #STRIDE} elements and overlap by nearly as many; a copy of up to {@link #LONGEST} elements
 * never straddles, and a longer one is made in pieces.
 */
final class HostMemory {
    private static final int STRIDE = 1 << 28; // elements
    private static final int WINDOW = 2 * STRIDE - 16; // elements, just below 2 GB
    private static final int LONGEST = WINDOW - STRIDE; // elements copied at once, wherever they begin

    private final long address;
    private final FloatBuffer[] windows;

    /** Copies part of a span. */
    @FunctionalInterface
    interface Piece {
        void copy(int from, int length);
    }

    private HostMemory(long address, long length) {
        this.address = address;
        this.windows = new FloatBuffer[Math.toIntExact((length - 1) / STRIDE + 1)];
        for (int i = 0; i < windows.length; i++) {
            long first = (long) i * STRIDE;
            windows[i] = window(address + first * Float.BYTES, Math.min(WINDOW, length - first));
        }
    }

    static HostMemory of(Slab slab) {
        int width = slab.dataType().width();
        long address = slab.array().data().address() + slab.base() * width;
        return new HostMemory(address, slab.length() * width / Float.BYTES); // narrower types show as pairs in a float
    }

    /** Address of an element. */
    long address(long index) {
        return address + index * Float.BYTES;
    }

    /** Copies elements from {@code index} on to the heap. */
    void get(long index, float[] to, int at, int length) {
        if (length > LONGEST) {
            inPieces(length, LONGEST, (done, piece) -> get(index + done, to, at + done, piece));
        } else {
            windows[(int) (index / STRIDE)].get((int) (index % STRIDE), to, at, length);
        }
    }

    /** Copies elements from the heap to {@code index} on. */
    void put(long index, float[] from, int at, int length) {
        if (length > LONGEST) {
            inPieces(length, LONGEST, (done, piece) -> put(index + done, from, at + done, piece));
        } else {
            windows[(int) (index / STRIDE)].put((int) (index % STRIDE), from, at, length);
        }
    }

    /** Goes through a span of any length in pieces of at most {@code longest}. */
    static void inPieces(int length, int longest, Piece piece) {
        int done = 0;
        while (done < length) {
            int next = Math.min(length - done, longest);
            piece.copy(done, next);
            done += next;
        }
    }

    float get(long index) {
        return windows[(int) (index / STRIDE)].get((int) (index % STRIDE));
    }

    void put(long index, float value) {
        windows[(int) (index / STRIDE)].put((int) (index % STRIDE), value);
    }

    private static FloatBuffer window(long address, long length) {
        Bytes bytes = new Bytes(address, length * Float.BYTES);
        return bytes.asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer();
    }

    /** A span of native memory that somebody else owns. */
    private static final class Bytes extends BytePointer {
        private static final long serialVersionUID = 1L;

        Bytes(long at, long length) {
            super((Pointer) null);
            address = at;
            limit = length;
            capacity = length;
        }
    }
}
