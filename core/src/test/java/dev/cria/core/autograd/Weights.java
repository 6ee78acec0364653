package dev.cria.core.autograd;

import dev.cria.core.Engine;
import dev.cria.core.ops.Tensor;
import dev.cria.core.random.CounterRandom;
import java.util.Arrays;
import java.util.List;

/** Random weights under short names, for tests of operations. */
final class Weights implements AutoCloseable {
    private final Parameters parameters;

    Weights(Engine engine, long seed, Parameters.Spec... specs) {
        parameters = engine.allocate(List.of(specs), name -> !name.startsWith("frozen"));
        for (Parameter parameter : parameters.all()) {
            float[] values =
                    gaussians(seed, parameter.name(), (int) parameter.value().length());
            engine.ops().upload(parameter.value(), values, 0, values.length);
        }
    }

    /** Half standard normal numbers, so that losses bend but do not saturate. */
    static float[] gaussians(long seed, String name, int length) {
        CounterRandom random = CounterRandom.of(seed, name, 0);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) (0.5 * random.gaussian(i));
        }
        return values;
    }

    static Parameters.Spec spec(String name, int... shape) {
        return new Parameters.Spec(name, Arrays.stream(shape).asLongStream().toArray());
    }

    Parameter get(String name) {
        return parameters.get(name);
    }

    Parameters all() {
        return parameters;
    }

    /** A weight's gradient on the host. */
    static double[] gradient(Parameter parameter) {
        Tensor gradient = parameter.gradient();
        if (gradient == null) {
            throw new AssertionError(parameter.name() + " has no gradient");
        }
        return gradient.array().dup().reshape(gradient.length()).toDoubleVector();
    }

    @Override
    public void close() {
        parameters.close();
    }
}
