package dev.cria.core.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cria.core.Engine;
import dev.cria.core.autograd.Parameters;
import dev.cria.core.ops.Tensor;
import dev.cria.core.random.CounterRandom;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;

class AdamWTest {
    private static final int STEPS = 30;
    private static final double RATE = 1e-2;

    /** The update as PyTorch's documentation of AdamW writes it, for one number, with clipping before. */
    private static final class Plain {
        private double w;
        private double m;
        private double v;

        void step(int t, double gradient, OptimizerConfig c, double decay) {
            w -= RATE * decay * w;
            m = c.beta1() * m + (1 - c.beta1()) * gradient;
            v = c.beta2() * v + (1 - c.beta2()) * gradient * gradient;
            double mHat = m / (1 - Math.pow(c.beta1(), t));
            double vHat = v / (1 - Math.pow(c.beta2(), t));
            w -= RATE * mHat / (Math.sqrt(vHat) + c.eps());
        }
    }

    @ParameterizedTest(name = "clip at {0}, decay vectors {1}")
    @CsvSource({"1, false", "0, true", "1e9, false"})
    void equalsPlainLoops(double clip, boolean decayVectors) {
        OptimizerConfig config = new OptimizerConfig(RATE, 0, 0.1, 0.9, 0.95, 1e-5, 0.1, decayVectors, clip);
        Plain[] plain = new Plain[11]; // 6 of a matrix, 5 of a vector
        try (Engine engine = Engine.reference(DataType.DOUBLE);
                Parameters parameters = engine.allocate(
                        List.of(new Parameters.Spec("matrix", 2, 3), new Parameters.Spec("vector", 5)), name -> true);
                AdamW optimizer = new AdamW(engine.ops(), parameters, config)) {
            Tensor[] values = {
                parameters.get("matrix").value(), parameters.get("vector").value()
            };
            Tensor[] gradients = {
                parameters.get("matrix").gradient(), parameters.get("vector").gradient()
            };
            for (int i = 0; i < plain.length; i++) {
                plain[i] = new Plain();
                plain[i].w = i - 5;
                at(values, i).array().assign(plain[i].w);
            }
            for (int step = 1; step <= STEPS; step++) {
                CounterRandom random = CounterRandom.of(1, "gradient", step);
                double squares = 0;
                for (int i = 0; i < plain.length; i++) {
                    at(gradients, i).array().assign(random.gaussian(i));
                    squares += random.gaussian(i) * random.gaussian(i);
                }
                double norm = optimizer.gradientNorm();
                assertThat(norm).isCloseTo(Math.sqrt(squares), within(1e-12));
                optimizer.step(RATE, norm);
                double scale = clip > 0 ? Math.min(1, clip / (norm + 1e-6)) : 1;
                for (int i = 0; i < plain.length; i++) {
                    double decay = i < 6 || decayVectors ? 0.1 : 0;
                    plain[i].step(step, scale * random.gaussian(i), config, decay);
                    assertThat(at(values, i).array().getDouble(0))
                            .as("weight %d after step %d", i, step)
                            .isCloseTo(plain[i].w, within(1e-12));
                }
            }
            assertThat(optimizer.steps()).isEqualTo(STEPS);
            assertThat(optimizer
                            .moments(parameters.get("vector"))
                            .first()
                            .array()
                            .getDouble(4))
                    .isCloseTo(plain[10].m, within(1e-12));
        }
    }

    /** One element of a matrix of 6 followed by a vector of 5. */
    private static Tensor at(Tensor[] tensors, int i) {
        return i < 6 ? tensors[0].reshape(6).slice(i, i + 1) : tensors[1].slice(i - 6, i - 5);
    }
}
