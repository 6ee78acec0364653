package dev.cria.core.ops.gpu;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Whether ND4J's CUDA backend can compute on this machine. */
public final class GpuCheck {
    /** Oldest driver for Linux on which programs of CUDA 11 run (CUDA Compatibility, "Minor Version Compatibility"). */
    static final String OLDEST_DRIVER = "450.80.02";

    private static final int OLDEST_CUDA = 11_000;

    private GpuCheck() {}

    /**
     * The GPU that ND4J computes on, the first one visible.
     *
     * @throws GpuUnavailableException if there is no driver, it is too old, there is no GPU, or ND4J has no code for it
     */
    public static Gpu require() {
        return require(NvidiaDriver.load());
    }

    static Gpu require(GpuDriver driver) {
        int cuda = driver.cudaVersion();
        if (cuda < OLDEST_CUDA) {
            throw new GpuUnavailableException(
                    "the NVIDIA driver is too old: it runs CUDA up to %d.%d, and CUDA 11.6 needs one that runs 11.0 or later; update it to version %s or newer, or compute on the CPU"
                            .formatted(cuda / 1000, cuda % 1000 / 10, OLDEST_DRIVER));
        }
        List<Gpu> gpus = driver.gpus();
        if (gpus.isEmpty()) {
            throw new GpuUnavailableException(
                    "the NVIDIA driver finds no GPU; see what nvidia-smi and CUDA_VISIBLE_DEVICES say, or compute on the CPU");
        }
        Gpu first = gpus.get(0);
        if (!first.capability().isSupported()) {
            throw new GpuUnavailableException(
                    "%s has compute capability %s, for which ND4J 1.0.0-M2.1 has no code; supported are %s; %s"
                            .formatted(first.name(), first.capability(), ComputeCapability.supported(), others(gpus)));
        }
        return first;
    }

    /** What to do instead: choose another GPU, where there is one that will do. */
    private static String others(List<Gpu> gpus) {
        String usable = IntStream.range(0, gpus.size())
                .filter(i -> gpus.get(i).capability().isSupported())
                .mapToObj(i -> "%d (%s)".formatted(i, gpus.get(i).name()))
                .collect(Collectors.joining(", "));
        return usable.isEmpty() ? "compute on the CPU" : "choose another one by CUDA_VISIBLE_DEVICES: " + usable;
    }
}
