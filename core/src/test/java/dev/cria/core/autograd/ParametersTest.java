package dev.cria.core.autograd;

import static dev.cria.core.autograd.Weights.spec;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.cria.core.Engine;
import dev.cria.core.ops.TensorOps.Gradient;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

class ParametersTest {
    private static final List<Parameters.Spec> SPECS =
            List.of(spec("gain", 5), spec("frozen", 4, 4), spec("first", 3, 7), spec("second", 2, 2));

    private static Parameters allocate(Predicate<String> trained) {
        return Parameters.allocate(DataType.FLOAT, SPECS, trained);
    }

    @Test
    void trainedMatricesComeFirstThenVectorsThenWhatIsFrozen() {
        try (Parameters parameters = allocate(name -> !name.equals("frozen"))) {
            assertThat(parameters.all().stream().map(Parameter::name))
                    .containsExactly("gain", "frozen", "first", "second");
            assertThat(offsets(parameters, "first", "second", "gain", "frozen")).containsExactly(0, 32, 48, 64);
            assertThat(parameters.matrices().values().length()).isEqualTo(48);
            assertThat(parameters.vectors().from()).isEqualTo(48);
            assertThat(parameters.trainedLength()).isEqualTo(64);
            assertThat(parameters.count()).isEqualTo(5 + 16 + 21 + 4);
            assertThat(parameters.get("frozen").gradient()).isNull();
        }
    }

    private static long[] offsets(Parameters parameters, String... names) {
        return List.of(names).stream()
                .mapToLong(name -> parameters.offset(parameters.get(name)))
                .toArray();
    }

    @Test
    void viewsShareTheFlatMemory() {
        try (Parameters parameters = allocate(name -> true)) {
            parameters.get("first").value().array().assign(2);
            assertThat(parameters.trained().array().sumNumber().doubleValue()).isEqualTo(42);
        }
    }

    @Test
    void aGradientThatIsSetToZeroIsZeroToReadersAndOverwrittenByTheFirstContribution() {
        try (Engine engine = Engine.reference(DataType.FLOAT);
                Parameters parameters = allocate(name -> !name.equals("frozen"))) {
            parameters.gradients().array().assign(3);
            parameters.clearGradients(engine.ops());

            Gradient first = requireNonNull(parameters.get("first").contribution(1));
            Gradient second = requireNonNull(parameters.get("second").contribution(0));

            assertThat(first.accumulate()).as("there is nothing to add to").isFalse();
            assertThat(parameters.get("first").contribution(1))
                    .as("a further contribution is added")
                    .isEqualTo(new Gradient(first.tensor(), true));
            assertThat(second.accumulate()).as("no rows overwrite nothing").isTrue();
            assertThat(parameters.get("frozen").contribution(1)).isNull();
            first.tensor().array().assign(2); // as the operation would
            assertThat(parameters.gradients().array().sumNumber().doubleValue())
                    .as("zero but for what was written, and for padding, which nobody clears")
                    .isEqualTo(21 * 2 + 3 * (64 - 21 - 4 - 5));
        }
    }

    @Test
    void forInferenceThereAreNoGradients() {
        try (Parameters parameters = allocate(name -> false)) {
            assertThat(parameters.trainedLength()).isZero();
            assertThat(parameters.all()).allMatch(parameter -> parameter.gradient() == null);
            assertThatIllegalStateException().isThrownBy(parameters::gradients).withMessageContaining("inference");
        }
    }

    @Test
    void namesAreUniqueAndKnown() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> Parameters.allocate(DataType.FLOAT, List.of(spec("w", 1), spec("w", 2)), name -> true))
                .withMessageContaining("two weights are named w");
        try (Parameters parameters = allocate(name -> true)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> parameters.get("absent"))
                    .withMessageContaining("absent");
        }
    }
}
