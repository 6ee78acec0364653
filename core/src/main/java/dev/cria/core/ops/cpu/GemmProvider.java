package dev.cria.core.ops.cpu;

import java.util.Locale;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Loader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses who multiplies matrices: oneDNN where it is on the class path, which here beats OpenBLAS, else OpenBLAS. */
final class GemmProvider {
    /** System property that picks one by name: {@code onednn} or {@code openblas}. */
    static final String PROPERTY = "cria.gemm";

    private static final Logger log = LoggerFactory.getLogger(GemmProvider.class);
    private static final String ONEDNN = "org.bytedeco.dnnl.global.dnnl";

    private GemmProvider() {}

    /**
     * Makes the products of one thread at a time.
     *
     * @throws IllegalArgumentException if {@code -Dcria.gemm} names none, or one that is not there
     */
    static Supplier<Gemm> best() {
        String name = System.getProperty(PROPERTY, "");
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "" -> loadOneDnn() ? OneDnnGemm::new : OpenBlasGemm::new;
            case "openblas" -> OpenBlasGemm::new;
            case "onednn" -> {
                if (!loadOneDnn()) {
                    throw new IllegalArgumentException(
                            "-D%s=onednn needs the artifact cria-onednn on the class path".formatted(PROPERTY));
                }
                yield OneDnnGemm::new;
            }
            default ->
                throw new IllegalArgumentException(
                        "-D%s=%s is unknown; use onednn or openblas".formatted(PROPERTY, name));
        };
    }

    /** Makes products with factors in bfloat16, or in single precision where this CPU or the class path lacks them. */
    static Supplier<Gemm> bf16() {
        if (!loadOneDnn()) {
            log.warn("bf16 needs the artifact cria-onednn on the class path; running in fp32");
            return best();
        }
        if (!Bf16Gemm.isFast()) {
            log.warn("bf16 needs a CPU with AMX (Sapphire Rapids or newer); running in fp32");
            return best();
        }
        return Bf16Gemm::new;
    }

    private static boolean loadOneDnn() {
        try {
            Loader.load(Class.forName(ONEDNN));
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        } catch (LinkageError e) {
            log.info("matrix products run on OpenBLAS, since oneDNN does not load: {}", e.toString());
            return false;
        }
    }
}
