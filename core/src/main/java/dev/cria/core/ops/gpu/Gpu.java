package dev.cria.core.ops.gpu;

/**
 * A GPU as the driver reports it.
 *
 * @param name of the product
 * @param capability which machine code it runs
 * @param memoryBytes all of its memory
 */
public record Gpu(String name, ComputeCapability capability, long memoryBytes) {
    /** One line: name, compute capability, memory. */
    @Override
    public String toString() {
        return "%s, compute capability %s, %,d MiB".formatted(name, capability, memoryBytes >> 20);
    }
}
