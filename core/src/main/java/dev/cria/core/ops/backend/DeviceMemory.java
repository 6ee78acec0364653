package dev.cria.core.ops.backend;

import com.sun.management.OperatingSystemMXBean;
import dev.cria.core.ops.Backend;
import dev.cria.core.ops.gpu.GpuCheck;
import java.lang.management.ManagementFactory;

/** Memory that tensors can lie in. */
public final class DeviceMemory {
    private DeviceMemory() {}

    /**
     * All memory of the device that the class path's backend computes on, in bytes: the GPU's, or the machine's or, where
     * there is one, the container's. Without limit where unknown.
     *
     * @throws dev.cria.core.ops.gpu.GpuUnavailableException if there is no GPU for that backend
     */
    public static long bytes() {
        if (Backend.present() == Backend.CUDA) {
            return GpuCheck.require().memoryBytes();
        }
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : Long.MAX_VALUE;
    }
}
