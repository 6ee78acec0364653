package dev.cria.core.ops.backend;

import dev.cria.core.ops.Backend;
import dev.cria.core.ops.Precision;
import dev.cria.core.ops.ReferenceOps;
import dev.cria.core.ops.TensorOps;
import dev.cria.core.ops.cpu.CpuOps;
import java.util.Locale;
import org.nd4j.linalg.api.buffer.DataType;

/** Picks the kernels: the one place outside them that knows on what device ND4J computes. */
public final class Kernels {
    /** System property that picks the kernels: {@code reference} or {@code cpu}. */
    public static final String OPS_PROPERTY = "cria.ops";

    private Kernels() {}

    /**
     * The kernels that the system property {@value #OPS_PROPERTY} names; without it the fast ones where ND4J runs on the
     * CPU, plain ND4J calls elsewhere.
     *
     * @param precision of products with weights; the plain calls are always in single precision
     * @throws IllegalArgumentException if the property names no kernels
     * @throws IllegalStateException if ND4J's backend does not start
     */
    public static TensorOps create(Precision precision) {
        Backend.require();
        String byDefault = CpuOps.runsHere() ? "cpu" : "reference";
        String name = System.getProperty(OPS_PROPERTY, byDefault).toLowerCase(Locale.ROOT);
        return switch (name) {
            case "reference" -> new ReferenceOps(DataType.FLOAT);
            case "cpu" -> CpuOps.create(precision);
            default ->
                throw new IllegalArgumentException(
                        "-D%s=%s is unknown; use reference or cpu".formatted(OPS_PROPERTY, name));
        };
    }
}
