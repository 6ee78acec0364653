package dev.cria.core.ops.cpu;

import org.bytedeco.javacpp.FloatPointer;

/** A native pointer whose address can be set, so that handing addresses to BLAS makes no garbage. */
final class RawFloats extends FloatPointer {
    private static final long serialVersionUID = 1L;

    RawFloats() {
        super((FloatPointer) null);
    }

    /** This pointer, now at the given address. */
    RawFloats at(long newAddress) {
        address = newAddress;
        return this;
    }
}
