package dev.cria.core.ops.gpu;

import java.util.List;
import java.util.stream.Collectors;

/**
 * NVIDIA's version number of a GPU's instruction set. Machine code for one version runs on the later ones of the same
 * generation (CUDA C++ Programming Guide, "Binary Compatibility").
 *
 * @param major generation
 * @param minor version within it
 */
public record ComputeCapability(int major, int minor) {
    /** What {@code libnd4jcuda.so} of ND4J 1.0.0-M2.1 has machine code for; it has no code to compile for others. */
    private static final List<ComputeCapability> COMPILED = List.of(
            new ComputeCapability(3, 7),
            new ComputeCapability(5, 0),
            new ComputeCapability(5, 2),
            new ComputeCapability(6, 0),
            new ComputeCapability(6, 1),
            new ComputeCapability(7, 0),
            new ComputeCapability(7, 5),
            new ComputeCapability(8, 0),
            new ComputeCapability(8, 6));

    /** Whether ND4J's CUDA backend has code for it. */
    public boolean isSupported() {
        return COMPILED.stream().anyMatch(code -> code.major == major && code.minor <= minor);
    }

    /** The supported ones, for people. */
    public static String supported() {
        return COMPILED.stream().map(ComputeCapability::toString).collect(Collectors.joining(", "))
                + " and later ones of these generations, so 8.9 at most";
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
