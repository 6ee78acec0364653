package dev.cria.model.parity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cria.core.Engine;
import dev.cria.core.autograd.Parameter;
import dev.cria.core.autograd.Parameters;
import dev.cria.core.autograd.Scalar;
import dev.cria.core.autograd.Tape;
import dev.cria.core.data.RaggedBatch;
import dev.cria.core.ops.RotaryTable;
import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.cpu.CpuOps;
import dev.cria.core.optim.AdamW;
import dev.cria.core.optim.CosineSchedule;
import dev.cria.core.optim.OptimizerConfig;
import dev.cria.model.Llama;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cria against Transformers' LlamaForCausalLM and PyTorch's AdamW, both in single precision. The differences measured go
 * to the log and to {@code target/parity.md}.
 */
class ParityTest {
    private static final Logger LOG = LoggerFactory.getLogger(ParityTest.class);
    private static final Fixtures FIXTURES = Fixtures.load();
    private static final Differences DIFFERENCES = new Differences();

    /** The kernels to compare. */
    enum Kernels {
        REFERENCE {
            @Override
            Engine engine() {
                return Engine.reference(DataType.FLOAT);
            }
        },
        CPU {
            @Override
            Engine engine() {
                return Engine.of(CpuOps.create());
            }
        };

        abstract Engine engine();
    }

    static Stream<Arguments> trainedCases() {
        return Stream.of(Kernels.values())
                .flatMap(kernels -> FIXTURES.trained().stream().map(c -> Arguments.of(kernels, c)));
    }

    static Stream<Arguments> allCases() {
        return Stream.concat(
                trainedCases(),
                Stream.of(Kernels.values())
                        .flatMap(kernels -> FIXTURES.imported().stream().map(c -> Arguments.of(kernels, c))));
    }

    @ParameterizedTest
    @MethodSource("allCases")
    void logitsAndLogProbs(Kernels kernels, Fixtures.Case fixture) {
        Map<String, float[]> expected = fixture.expected();
        RaggedBatch batch = RaggedBatch.nextToken(fixture.documents());
        try (Engine engine = kernels.engine();
                Llama model = Llama.loadForInference(engine, fixture.directory());
                Tape tape = engine.inference()) {
            int[] all = IntStream.range(0, batch.tokenCount()).toArray();
            Tensor logits = model.logits(tape, batch.tokens(), batch.segments(), all);
            check(
                    "logits, absolute",
                    kernels,
                    1e-4,
                    Differences.absolute(host(engine, logits), expected.get("logits")));
            Tensor logProbs = model.logProbs(tape, batch);
            check(
                    "log-probabilities, absolute",
                    kernels,
                    1e-4,
                    Differences.absolute(host(engine, logProbs), expected.get("log_probs")));
        }
    }

    @ParameterizedTest
    @MethodSource("trainedCases")
    void everyGradientAndTwentySteps(Kernels kernels, Fixtures.Case fixture) {
        Map<String, float[]> expected = fixture.expected();
        RaggedBatch batch = RaggedBatch.nextToken(fixture.documents());
        CosineSchedule schedule =
                CosineSchedule.of(optimizerConfig(), FIXTURES.optimizer().totalSteps());
        try (Engine engine = kernels.engine();
                Llama model = Llama.load(engine, fixture.directory());
                AdamW optimizer = new AdamW(engine.ops(), model.parameters(), optimizerConfig())) {
            for (int step = 0; step < FIXTURES.optimizer().totalSteps(); step++) {
                optimizer.zeroGradients();
                double loss = differentiate(engine, model, batch);
                double norm = optimizer.gradientNorm();
                if (step == 0) {
                    check("loss, relative", kernels, 1e-6, Differences.relative(loss, fixture.losses()[0]));
                    check(
                            "gradient norm, relative",
                            kernels,
                            1e-5,
                            Differences.relative(norm, fixture.gradientNorms()[0]));
                    compareAll("gradient of every tensor, relative", kernels, 1e-4, "grad.", model, expected, true);
                }
                double rate = schedule.rate(step);
                assertThat(Differences.relative(rate, fixture.learningRates()[step]))
                        .isLessThan(1e-12);
                optimizer.step(rate, norm);
                if (step == 0) {
                    compareAll("weights after step 1, relative", kernels, 1e-5, "step1.", model, expected, false);
                }
            }
            compareAll("weights after step 20, relative", kernels, 1e-5, "step20.", model, expected, false);
        }
    }

    private static double differentiate(Engine engine, Llama model, RaggedBatch batch) {
        try (Tape tape = engine.recording()) {
            Scalar loss = model.loss(tape, batch);
            tape.backward(loss);
            return loss.value();
        }
    }

    private static void compareAll(
            String quantity,
            Kernels kernels,
            double tolerance,
            String prefix,
            Llama model,
            Map<String, float[]> expected,
            boolean gradients) {
        List<String> compared = new ArrayList<>();
        for (Parameter parameter : model.parameters().all()) {
            String name = prefix + parameter.name();
            float[] actual = host(model.engine(), gradients ? parameter.gradient() : parameter.value());
            check(quantity, kernels, tolerance, Differences.relative(actual, expected.get(name)));
            compared.add(name);
        }
        assertThat(expected.keySet().stream().filter(name -> name.startsWith(prefix)))
                .containsExactlyInAnyOrderElementsOf(compared);
    }

    @ParameterizedTest
    @EnumSource
    void adamWFromRecordedGradients(Kernels kernels) {
        Map<String, float[]> expected = FIXTURES.adamw().tensors();
        List<Parameters.Spec> specs = List.of(
                new Parameters.Spec("matrix", 7, 9),
                new Parameters.Spec("other", 5, 3),
                new Parameters.Spec("gain", 11));
        try (Engine engine = kernels.engine();
                Parameters parameters = engine.allocate(specs, name -> true);
                AdamW optimizer = new AdamW(engine.ops(), parameters, optimizerConfig())) {
            parameters.all().forEach(p -> upload(engine, p.value(), expected.get("start." + p.name()), 0));
            for (int step = 0; step < 100; step++) {
                for (Parameter p : parameters.all()) {
                    int length = (int) p.value().length();
                    upload(engine, p.gradient(), expected.get("gradients." + p.name()), step * length);
                }
                double norm = optimizer.gradientNorm();
                assertThat(Differences.relative(norm, FIXTURES.adamw().gradientNorms()[step]))
                        .isLessThan(1e-6);
                optimizer.step(FIXTURES.adamw().learningRates()[step], norm);
                for (Parameter p : parameters.all()) {
                    float[] weights = expected.get("step" + (step + 1) + "." + p.name());
                    if (weights != null) {
                        check(
                                "AdamW from recorded gradients, step %d, relative".formatted(step + 1),
                                kernels,
                                1e-5,
                                Differences.relative(host(engine, p.value()), weights));
                    }
                }
            }
        }
    }

    static Stream<Fixtures.Rotary.Table> rotaryTables() {
        return FIXTURES.rotary().tables().stream();
    }

    /** Frequencies must be rounded as Transformers rounds them: one last bit is 1e-3 of an angle at position 16,383. */
    @ParameterizedTest
    @MethodSource("rotaryTables")
    void rotaryAngles(Fixtures.Rotary.Table fixture) {
        Map<String, float[]> expected = FIXTURES.rotary().tensors();
        int[] positions = FIXTURES.rotary().positions();
        RotaryTable table = new RotaryTable(fixture.headDim(), fixture.theta(), 16384);
        RotaryTable.Angles angles = table.angles(positions);
        double cos = Differences.absolute(rows(table, angles.cos(), positions), expected.get("cos." + fixture.key()));
        double sin = Differences.absolute(rows(table, angles.sin(), positions), expected.get("sin." + fixture.key()));
        for (Kernels kernels : Kernels.values()) { // which share the table
            check("rotary cosines and sines to position 16,383, absolute", kernels, 1e-6, Math.max(cos, sin));
        }
    }

    private static float[] rows(RotaryTable table, float[] values, int[] positions) {
        int half = table.headDim() / 2;
        float[] rows = new float[positions.length * half];
        for (int i = 0; i < positions.length; i++) {
            System.arraycopy(values, positions[i] * half, rows, i * half, half);
        }
        return rows;
    }

    private static OptimizerConfig optimizerConfig() {
        Fixtures.Optimizer o = FIXTURES.optimizer();
        return new OptimizerConfig(
                o.learningRate(),
                o.warmupSteps(),
                o.floor(),
                o.betas()[0],
                o.betas()[1],
                o.eps(),
                o.weightDecay(),
                false,
                o.clip());
    }

    private static void check(String quantity, Kernels kernels, double tolerance, double difference) {
        String column = kernels == Kernels.CPU ? "cpu ops" : "reference ops";
        assertThat(DIFFERENCES.note(quantity, column, difference)).as(quantity).isLessThan(tolerance);
    }

    private static float[] host(Engine engine, Tensor tensor) {
        float[] values = new float[(int) tensor.length()];
        engine.ops().download(values, 0, tensor, values.length);
        return values;
    }

    private static void upload(Engine engine, Tensor to, float[] values, int at) {
        engine.ops().upload(to, values, at, (int) to.length());
    }

    @AfterAll
    static void report() throws IOException {
        LOG.info("differences from torch and transformers {}:\n{}", FIXTURES.madeWith(), DIFFERENCES.table());
        Files.writeString(Path.of("target", "parity.md"), DIFFERENCES.table());
    }
}
