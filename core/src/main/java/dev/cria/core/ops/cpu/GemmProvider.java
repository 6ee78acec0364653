package dev.cria.core.ops.cpu;

import dev.cria.core.ops.Precision;
import java.util.Locale;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Loader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses who multiplies with weights: oneDNN where it is on the class path, which beats OpenBLAS on the CPUs measured, else
 * OpenBLAS.
 */
final class GemmProvider {
    /** System property that picks one by name: {@code onednn} or {@code openblas}. */
    static final String PROPERTY = "cria.gemm";

    private static final Logger log = LoggerFactory.getLogger(GemmProvider.class);
    private static final String ONEDNN = "org.bytedeco.dnnl.global.dnnl";

    private GemmProvider() {}

    /**
     * Makes the products of one thread at a time. Where bf16 cannot be had, a line in the log says why.
     *
     * @throws IllegalArgumentException if {@code -Dcria.gemm} names none, or one that is not there
     */
    static Supplier<Gemm> of(Precision precision) {
        String name = System.getProperty(PROPERTY, "").toLowerCase(Locale.ROOT);
        if (!name.isEmpty() && !name.equals("openblas") && !name.equals("onednn")) {
            throw new IllegalArgumentException("-D%s=%s is unknown; use onednn or openblas".formatted(PROPERTY, name));
        }
        boolean present = !name.equals("openblas") && loadOneDnn();
        if (!present && name.equals("onednn")) {
            throw new IllegalArgumentException(
                    "-D%s=onednn needs the artifact cria-onednn on the class path".formatted(PROPERTY));
        }
        if (!present) {
            if (precision == Precision.BF16) {
                log.warn("bf16 needs oneDNN, the artifact cria-onednn on the class path; running in fp32");
            }
            return OpenBlasGemm::new;
        }
        Bf16Unit unit = OneDnnGemm.bf16Unit();
        if (precision == Precision.BF16 && unit == Bf16Unit.NONE) {
            log.warn("bf16 needs a CPU with AMX or AVX512_BF16 (Sapphire Rapids, Zen 4 or newer); running in fp32");
        }
        Precision possible = unit == Bf16Unit.NONE ? Precision.FP32 : precision;
        return () -> new OneDnnGemm(possible, unit);
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
