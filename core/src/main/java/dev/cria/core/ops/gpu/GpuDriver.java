package dev.cria.core.ops.gpu;

import java.util.List;

/** What a GPU driver tells. */
interface GpuDriver {
    /**
     * The newest CUDA that the driver runs, as 1000 * major + 10 * minor.
     *
     * @throws GpuUnavailableException if the driver does not start
     */
    int cudaVersion();

    /**
     * The GPUs that programs may use, in the driver's order.
     *
     * @throws GpuUnavailableException if the driver does not start
     */
    List<Gpu> gpus();
}
