package dev.cria.core;

import dev.cria.core.autograd.Parameters;
import dev.cria.core.autograd.Tape;
import dev.cria.core.ops.Arena;
import dev.cria.core.ops.Precision;
import dev.cria.core.ops.ReferenceOps;
import dev.cria.core.ops.TensorOps;
import dev.cria.core.ops.backend.Kernels;
import java.util.List;
import java.util.function.Predicate;
import org.nd4j.linalg.api.buffer.DataType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What computation runs on: kernels, their threads and the memory of a step. Made once and passed in; several engines may
 * live together. One engine serves one thread at a time.
 */
public final class Engine implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Engine.class);

    private final TensorOps ops;
    private final Arena arena;

    private Engine(TensorOps ops) {
        this.ops = ops;
        this.arena = new Arena(ops.dataType());
    }

    /**
     * The default engine in single precision: the fast kernels where ND4J runs on the CPU, plain ND4J calls elsewhere.
     *
     * @throws IllegalArgumentException if {@code -Dcria.ops} names no kernels
     */
    public static Engine create() {
        return create(Precision.FP32);
    }

    /**
     * The default engine.
     *
     * @param precision of matrix products; where bf16 cannot be had, a line in the log says why, and fp32 is used
     * @throws IllegalArgumentException if {@code -Dcria.ops} names no kernels
     */
    public static Engine create(Precision precision) {
        Engine engine = of(Kernels.create(precision));
        log.info("{}", engine.ops.describe());
        return engine;
    }

    /** An engine on plain ND4J calls, in FLOAT or DOUBLE. */
    public static Engine reference(DataType dataType) {
        return of(new ReferenceOps(dataType));
    }

    /** An engine on the given kernels, which it closes. */
    public static Engine of(TensorOps ops) {
        return new Engine(ops);
    }

    /** The kernels. */
    public TensorOps ops() {
        return ops;
    }

    /** Memory of the present step. */
    public Arena arena() {
        return arena;
    }

    /** Allocates a model's weights. */
    public Parameters allocate(List<Parameters.Spec> specs, Predicate<String> trained) {
        return Parameters.allocate(ops.dataType(), specs, trained);
    }

    /** A tape that records nothing: evaluation and sampling. */
    public Tape inference() {
        return new Tape(ops, arena, Tape.Mode.INFERENCE, 0);
    }

    /** A tape for training whose loss has gradient 1. */
    public Tape recording() {
        return new Tape(ops, arena, Tape.Mode.RECORDING, 1);
    }

    /**
     * A tape for training.
     *
     * @param mode what to keep for the way back
     * @param lossGradient gradient of the loss: this batch's share of the step
     */
    public Tape tape(Tape.Mode mode, double lossGradient) {
        return new Tape(ops, arena, mode, lossGradient);
    }

    /** Frees the step's memory and ends the kernels' threads. */
    @Override
    public void close() {
        arena.close();
        ops.close();
    }
}
