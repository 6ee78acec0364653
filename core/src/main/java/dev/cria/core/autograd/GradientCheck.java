package dev.cria.core.autograd;

import dev.cria.core.ops.Arena;
import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.TensorOps;
import dev.cria.core.random.CounterRandom;
import java.util.Arrays;
import java.util.Collection;
import java.util.function.Function;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Compares gradients from the tape with central differences of the loss: the test to write for any loss of one's own, in
 * double precision, since in single precision the differences are noise. Most of its time goes into starting ND4J's threads:
 * with {@code OMP_NUM_THREADS=1} in the environment it takes a fraction.
 */
public final class GradientCheck {
    private static final double STEP = 1e-3; // its error, STEP^4, and rounding, 1e-16 / STEP, are both near 1e-13
    private static final double SMALLEST = 1e-4; // below this, gradients are compared absolutely

    private final TensorOps ops;
    private final Arena arena;
    private final int samples;
    private final long seed;

    /**
     * The largest difference found.
     *
     * @param error abs(a - n) / max(abs(a), abs(n), 1e-4) of the tape's gradient a and the numeric gradient n
     * @param where the weight and its element
     * @param analytic the tape's gradient
     * @param numeric the difference quotient
     */
    public record Worst(double error, String where, double analytic, double numeric) {
        Worst or(Worst other) {
            return other.error > error || Double.isNaN(other.error) ? other : this;
        }
    }

    /**
     * A check over an arena.
     *
     * @param ops kernels, in double
     * @param arena memory of a step
     * @param samples elements to compare per weight; weights with no more are compared whole
     * @param seed picks the elements
     * @throws IllegalArgumentException if the kernels are not in double
     */
    public GradientCheck(TensorOps ops, Arena arena, int samples, long seed) {
        if (ops.dataType() != DataType.DOUBLE) {
            throw new IllegalArgumentException(
                    "in %s, differences of the loss are noise; check in double, by Engine.reference(DataType.DOUBLE)"
                            .formatted(ops.dataType()));
        }
        this.ops = ops;
        this.arena = arena;
        this.samples = samples;
        this.seed = seed;
    }

    /**
     * Compares the gradients of all trained weights.
     *
     * @param parameters weights that the loss reads; they are moved and put back
     * @param loss computes the loss on the given tape
     */
    public Worst of(Collection<Parameter> parameters, Function<Tape, Scalar> loss) {
        return of(parameters, Tape.Mode.RECORDING, loss);
    }

    /** The same with a tape of the given mode. */
    public Worst of(Collection<Parameter> parameters, Tape.Mode mode, Function<Tape, Scalar> loss) {
        differentiate(parameters, mode, loss);
        Worst worst = new Worst(0, "nowhere", 0, 0);
        for (Parameter parameter : parameters) {
            Tensor gradient = parameter.gradient();
            if (gradient != null) {
                for (int i : elements(parameter)) {
                    double analytic = element(gradient, i).array().getDouble(0);
                    worst = worst.or(compare(parameter.name(), i, analytic, numeric(parameter, i, loss)));
                }
            }
        }
        return worst;
    }

    private void differentiate(Collection<Parameter> parameters, Tape.Mode mode, Function<Tape, Scalar> loss) {
        parameters.forEach(parameter -> parameter.clearGradient(ops));
        try (Tape tape = new Tape(ops, arena, mode, 1)) {
            tape.backward(loss.apply(tape));
        }
    }

    private static Worst compare(String name, int element, double analytic, double numeric) {
        double size = Math.max(SMALLEST, Math.max(Math.abs(analytic), Math.abs(numeric)));
        return new Worst(Math.abs(analytic - numeric) / size, name + "[" + element + "]", analytic, numeric);
    }

    /** The derivative by one weight's element, from four points. */
    private double numeric(Parameter parameter, int i, Function<Tape, Scalar> loss) {
        double near = lossAt(parameter, i, STEP, loss) - lossAt(parameter, i, -STEP, loss);
        double far = lossAt(parameter, i, 2 * STEP, loss) - lossAt(parameter, i, -2 * STEP, loss);
        return (8 * near - far) / (12 * STEP);
    }

    private double lossAt(Parameter parameter, int i, double offset, Function<Tape, Scalar> loss) {
        Tensor weight = element(parameter.value(), i);
        double kept = weight.array().getDouble(0);
        ops.fill(weight, kept + offset);
        try (Tape tape = new Tape(ops, arena, Tape.Mode.INFERENCE, 0)) {
            return loss.apply(tape).value();
        } finally {
            ops.fill(weight, kept);
        }
    }

    private int[] elements(Parameter parameter) {
        int length = Math.toIntExact(parameter.value().length());
        int[] order = CounterRandom.of(seed, parameter.name(), 0).permutation(length);
        return Arrays.copyOf(order, Math.min(samples, length));
    }

    private static Tensor element(Tensor tensor, int i) {
        return tensor.reshape(tensor.length()).slice(i, i + 1);
    }
}
