package dev.cria.core.ops.cpu;

/** A tensor's place in host memory; indices count from its first element. */
record Floats(HostMemory memory, long offset) {
    /** The same memory from an element on. */
    Floats from(long index) {
        return new Floats(memory, offset + index);
    }

    long address(long index) {
        return memory.address(offset + index);
    }

    void get(long index, float[] to, int at, int length) {
        memory.get(offset + index, to, at, length);
    }

    void put(long index, float[] from, int at, int length) {
        memory.put(offset + index, from, at, length);
    }

    float get(long index) {
        return memory.get(offset + index);
    }

    void put(long index, float value) {
        memory.put(offset + index, value);
    }
}
