package dev.cria.core.ops.backend;

import dev.cria.core.ops.Backend;

/** What a user may ask to compute on. The class path decides; this says whether it fits. */
public enum BackendChoice {
    /** ND4J on the CPU. */
    CPU,
    /** ND4J on an NVIDIA GPU. */
    CUDA,
    /** What the class path brings. */
    AUTO;

    /**
     * Checks, before anything of ND4J is loaded, that the class path brings what was asked for and that there is a device.
     *
     * @throws dev.cria.core.ops.BackendException if it does not, or brings two backends
     * @throws dev.cria.core.ops.gpu.GpuUnavailableException if there is no GPU that will do
     */
    public void check() {
        switch (this) {
            case CPU -> Backend.CPU.check();
            case CUDA -> Backend.CUDA.check();
            case AUTO -> Backend.present().check();
        }
    }
}
