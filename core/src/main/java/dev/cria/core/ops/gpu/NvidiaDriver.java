package dev.cria.core.ops.gpu;

import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** NVIDIA's driver library, which a program shares with the kernel module: it is there wherever CUDA programs run. */
final class NvidiaDriver implements GpuDriver {
    private static final int NO_DEVICE = 100; // CUDA_ERROR_NO_DEVICE
    private static final int CAPABILITY_MAJOR = 75; // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR
    private static final int CAPABILITY_MINOR = 76;
    private static final int LONGEST_NAME = 256;

    private final NativeLibrary library;

    private NvidiaDriver(NativeLibrary library) {
        this.library = library;
    }

    /**
     * Loads and starts the driver.
     *
     * @throws GpuUnavailableException if there is none or it does not start
     */
    static NvidiaDriver load() {
        NativeLibrary library;
        try {
            library = NativeLibrary.getInstance(Platform.isWindows() ? "nvcuda" : "libcuda.so.1");
        } catch (UnsatisfiedLinkError e) {
            throw new GpuUnavailableException(
                    "no NVIDIA driver found (no %s); install one, version %s or newer, or compute on the CPU"
                            .formatted(Platform.isWindows() ? "nvcuda.dll" : "libcuda.so.1", GpuCheck.OLDEST_DRIVER));
        }
        NvidiaDriver driver = new NvidiaDriver(library);
        int error = driver.invoke("cuInit", 0);
        if (error != 0 && error != NO_DEVICE) {
            throw new GpuUnavailableException(
                    "the NVIDIA driver does not start (cuInit returned %d); see whether nvidia-smi works, restart after an update of the driver, or compute on the CPU"
                            .formatted(error));
        }
        return driver;
    }

    @Override
    public int cudaVersion() {
        IntByReference version = new IntByReference();
        call("cuDriverGetVersion", version);
        return version.getValue();
    }

    @Override
    public List<Gpu> gpus() {
        IntByReference count = new IntByReference();
        if (invoke("cuDeviceGetCount", count) != 0) {
            return List.of(); // the driver found none when it started
        }
        List<Gpu> gpus = new ArrayList<>();
        for (int ordinal = 0; ordinal < count.getValue(); ordinal++) {
            IntByReference device = new IntByReference();
            call("cuDeviceGet", device, ordinal);
            gpus.add(gpu(device.getValue()));
        }
        return gpus;
    }

    private Gpu gpu(int device) {
        Memory name = new Memory(LONGEST_NAME);
        name.clear();
        call("cuDeviceGetName", name, LONGEST_NAME, device);
        LongByReference bytes = new LongByReference();
        call("cuDeviceTotalMem_v2", bytes, device);
        return new Gpu(
                name.getString(0, StandardCharsets.UTF_8.name()),
                new ComputeCapability(attribute(CAPABILITY_MAJOR, device), attribute(CAPABILITY_MINOR, device)),
                bytes.getValue());
    }

    private int attribute(int attribute, int device) {
        IntByReference value = new IntByReference();
        call("cuDeviceGetAttribute", value, attribute, device);
        return value.getValue();
    }

    private void call(String function, Object... arguments) {
        int error = invoke(function, arguments);
        if (error != 0) {
            throw new GpuUnavailableException(
                    "the NVIDIA driver answers %s with error %d; see whether nvidia-smi works, or compute on the CPU"
                            .formatted(function, error));
        }
    }

    private int invoke(String function, Object... arguments) {
        return library.getFunction(function).invokeInt(arguments);
    }
}
