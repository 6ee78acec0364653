package dev.cria.model.parity;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cria.core.Engine;
import dev.cria.core.autograd.Parameter;
import dev.cria.core.autograd.Scalar;
import dev.cria.core.autograd.Tape;
import dev.cria.core.data.RaggedBatch;
import dev.cria.core.ops.Tensor;
import dev.cria.core.optim.AdamW;
import dev.cria.core.optim.OptimizerConfig;
import dev.cria.core.random.CounterRandom;
import dev.cria.model.Llama;
import dev.cria.model.TinyModels;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Plain ND4J calls on whatever backend the class path brings, in single precision: whole models against Transformers, a short
 * training run against the CPU's, and checkpoints that go from one to the other.
 */
@Tag("cuda")
class DeviceParityTest {
    /**
     * A run in single precision strays from one in double by its rounding; twenty steps of Adam, whose first ones divide a
     * gradient by its own size, let that grow by some orders of magnitude.
     */
    private static final double RUN_ROUNDING = 1e-4;

    private static final int STEPS = 20;
    private static final String RUN = "/device/short-run.json";

    private Engine engine;

    @BeforeEach
    void open() {
        engine = Engine.reference(DataType.FLOAT);
    }

    @AfterEach
    void close() {
        engine.close();
    }

    /** Losses of a run in double precision on the CPU, and the sum of its weights' squares. */
    record Run(double[] losses, double squaredWeights) {}

    static Stream<Fixtures.Case> models() {
        return Fixtures.load().trained().stream();
    }

    @ParameterizedTest
    @MethodSource("models")
    void wholeModelsEqualTransformers(Fixtures.Case fixture, TestReporter reporter) {
        Map<String, float[]> expected = fixture.expected();
        RaggedBatch batch = RaggedBatch.nextToken(fixture.documents());
        try (Llama model = Llama.load(engine, fixture.directory())) {
            try (Tape tape = engine.inference()) {
                int[] all = IntStream.range(0, batch.tokenCount()).toArray();
                Tensor logits = model.logits(tape, batch.tokens(), batch.segments(), all);
                within(reporter, "logits", 1e-4, Differences.relative(host(logits), expected.get("logits")));
            }
            try (Tape tape = engine.recording()) {
                Scalar loss = model.loss(tape, batch);
                tape.backward(loss);
                within(reporter, "loss", 1e-6, Differences.relative(loss.value(), fixture.losses()[0]));
            }
            double worst = 0;
            for (Parameter parameter : model.parameters().all()) {
                float[] gradient = expected.get("grad." + parameter.name());
                worst = Math.max(worst, Differences.relative(host(parameter.gradient()), gradient));
            }
            within(reporter, "gradients", 1e-4, worst);
        }
    }

    @Test
    void aShortRunEqualsThatOfTheCpu(TestReporter reporter) throws IOException {
        Run expected;
        try (InputStream in = DeviceParityTest.class.getResourceAsStream(RUN)) {
            expected = new ObjectMapper().readValue(in, Run.class);
        }
        Run actual = train(engine);
        double worst = 0;
        for (int step = 0; step < STEPS; step++) {
            worst = Math.max(worst, Differences.relative(actual.losses[step], expected.losses[step]));
        }
        assertThat(expected.losses[STEPS - 1]).isLessThan(expected.losses[0] - 1);
        within(reporter, "losses of a run", RUN_ROUNDING, worst);
        within(
                reporter,
                "squared weights after a run",
                RUN_ROUNDING,
                Differences.relative(actual.squaredWeights, expected.squaredWeights));
    }

    @Test
    void aCheckpointIsTheSameOnEveryDevice(TestReporter reporter, @TempDir Path directory) throws IOException {
        Fixtures.Case fixture = Fixtures.load().trained().get(0);
        try (Llama model = Llama.load(engine, fixture.directory())) {
            model.save(directory, Parameter::value);
            try (Llama again = Llama.load(engine, directory)) {
                for (Parameter parameter : model.parameters().all()) {
                    assertThat(host(again.parameters().get(parameter.name()).value()))
                            .as(parameter.name())
                            .isEqualTo(Fixtures.tensors(fixture.directory().resolve("model.safetensors"))
                                    .get(parameter.name()));
                }
            }
        }
        reporter.publishEntry("checkpoint interchange", "bit-identical weights");
    }

    /** A tiny model on documents that repeat themselves. */
    private static Run train(Engine engine) {
        double[] losses = new double[STEPS];
        try (Llama model = TinyModels.llama(engine, 3);
                AdamW optimizer = new AdamW(engine.ops(), model.parameters(), OptimizerConfig.defaults())) {
            for (int step = 0; step < STEPS; step++) {
                optimizer.zeroGradients();
                try (Tape tape = engine.recording()) {
                    Scalar loss = model.loss(tape, RaggedBatch.nextToken(document(step, 24), document(step, 9)));
                    tape.backward(loss);
                    losses[step] = loss.value();
                }
                optimizer.step(3e-3, optimizer.gradientNorm());
            }
            double squares = 0;
            for (Parameter parameter : model.parameters().all()) {
                squares += engine.ops().squaredNorm(parameter.value());
            }
            return new Run(losses, squares);
        }
    }

    private static int[] document(int step, int length) {
        int start = (int) CounterRandom.of(5, "document", step).below(length, 8);
        return IntStream.range(0, length).map(i -> (start + i) % 8).toArray();
    }

    private static void within(TestReporter reporter, String quantity, double tolerance, double difference) {
        reporter.publishEntry(
                quantity, String.format(Locale.ROOT, "relative difference %.2e, allowed %.0e", difference, tolerance));
        assertThat(difference).as(quantity).isLessThanOrEqualTo(tolerance);
    }

    private float[] host(Tensor tensor) {
        float[] values = new float[(int) tensor.length()];
        engine.ops().download(values, 0, tensor, values.length);
        return values;
    }

    /** Writes the run that others are compared with: {@code make_short_run.sh} beside the file calls it. */
    static final class Maker {
        private Maker() {}

        public static void main(String[] args) throws IOException {
            try (Engine engine = Engine.reference(DataType.DOUBLE)) {
                Files.write(Path.of(args[0]), new ObjectMapper().writeValueAsBytes(train(engine)));
            }
        }
    }
}
