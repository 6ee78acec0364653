package dev.cria.core.ops;

import dev.cria.core.ops.gpu.GpuCheck;
import dev.cria.core.ops.gpu.GpuUnavailableException;
import org.nd4j.linalg.factory.Nd4j;

/** ND4J's backend: which one the class path brings, and in one line why it does not start. */
public enum Backend {
    /** ND4J on the CPU: {@code cria-cpu}. */
    CPU("org.nd4j.linalg.cpu.nativecpu.CpuBackend"),
    /** ND4J on an NVIDIA GPU: {@code cria-cuda}. */
    CUDA("org.nd4j.linalg.jcublas.JCublasBackend");

    private final String implementation;

    Backend(String implementation) {
        this.implementation = implementation;
    }

    /**
     * Checks that this backend is on the class path and has a device to compute on. Loads nothing of ND4J.
     *
     * @throws BackendException if it is not there, or there are two
     * @throws GpuUnavailableException if there is no GPU for it
     */
    public void check() {
        if (CPU.isPresent() && CUDA.isPresent()) {
            throw new BackendException(
                    "two ND4J backends are on the class path, nd4j-native and nd4j-cuda-11.6, which need different versions of JavaCPP; keep one of dev.cria:cria-cpu and dev.cria:cria-cuda");
        }
        if (!isPresent()) {
            throw new BackendException(
                    "ND4J's %s backend is not on the class path; depend on dev.cria:cria-%s (see docs/gpu.md), or start by ./cria --backend %s"
                            .formatted(this, lowerCase(), lowerCase()));
        }
        if (this == CUDA) {
            GpuCheck.require();
        }
    }

    /** The backend that the class path brings, or {@link #CPU} if it brings none. */
    public static Backend present() {
        return CUDA.isPresent() ? CUDA : CPU;
    }

    /**
     * Loads the backend that the class path brings, if it is not loaded yet.
     *
     * @throws BackendException if there is none or two, or its Java and native jars are of different versions
     * @throws GpuUnavailableException if there is no GPU for it
     */
    public static void require() {
        if (CUDA.isPresent()) {
            CUDA.check(); // else ND4J would print a stack trace, or start and fail at its first kernel
        }
        try {
            Nd4j.getBackend();
        } catch (LinkageError | RuntimeException e) {
            throw new BackendException(
                    "ND4J cannot start: %s; depend on dev.cria:cria-cpu and import dev.cria:cria-bom, which pin ND4J's backend, OpenBLAS and JavaCPP, Java and native jars together"
                            .formatted(root(e)),
                    e);
        }
    }

    /** The device that the loaded backend computes on, with its compute capability and memory where it is a GPU. */
    static String device() {
        return CUDA.isPresent() ? GpuCheck.require().toString() : "the CPU";
    }

    /** Whether the arrays of the loaded backend lie in the host's memory. */
    public static boolean computesOnHost() {
        return Nd4j.getBackend().getClass().getName().equals(CPU.implementation);
    }

    private boolean isPresent() {
        return Backend.class.getClassLoader().getResource(implementation.replace('.', '/') + ".class") != null;
    }

    private String lowerCase() {
        return this == CPU ? "cpu" : "cuda";
    }

    private static Throwable root(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root;
    }
}
