package dev.cria.core.ops.cpu;

import java.lang.reflect.Constructor;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses the innermost loops: the Vector API where its module is there, plain Java where not. */
final class KernelProvider {
    private static final Logger log = LoggerFactory.getLogger(KernelProvider.class);
    private static final String VECTOR_MODULE = "jdk.incubator.vector";
    private static final String VECTOR_KERNELS = "dev.cria.core.ops.vector.VectorKernels";

    private KernelProvider() {}

    /** Makes the kernels of one thread at a time. */
    static Supplier<TileKernels> best() {
        if (ModuleLayer.boot().findModule(VECTOR_MODULE).isEmpty()) {
            log.info(
                    "kernels run as plain Java loops; start Java with --add-modules {} to make them faster",
                    VECTOR_MODULE);
            return PlainKernels::new;
        }
        try {
            Constructor<?> constructor = Class.forName(VECTOR_KERNELS).getConstructor();
            return () -> newInstance(constructor);
        } catch (ReflectiveOperationException | LinkageError e) {
            log.info("kernels run as plain Java loops, since the Vector API's do not load: {}", e.toString());
            return PlainKernels::new;
        }
    }

    private static TileKernels newInstance(Constructor<?> constructor) {
        try {
            return (TileKernels) constructor.newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot make " + VECTOR_KERNELS, e);
        }
    }
}
