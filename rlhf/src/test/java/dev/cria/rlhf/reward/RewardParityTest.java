package dev.cria.rlhf.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cria.core.Engine;
import dev.cria.core.autograd.Parameter;
import dev.cria.core.autograd.Tape;
import dev.cria.core.checkpoint.Safetensors;
import dev.cria.core.ops.cpu.CpuOps;
import dev.cria.core.train.Loss;
import dev.cria.model.ScalarModel;
import dev.cria.rlhf.preference.EncodedPair;
import dev.cria.rlhf.preference.Preference;
import dev.cria.rlhf.preference.Preference.Safety;
import dev.cria.rlhf.preference.PreferenceBatch;
import dev.cria.rlhf.preference.Rating;
import dev.cria.tokenizer.ChatMessage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

/** Loss, accuracy and every gradient against PyTorch, for a classification model that Transformers saved. */
class RewardParityTest {
    private static final Path PARITY = Path.of("src/test/resources/dev/cria/rlhf/reward/parity");
    private static final int VERSION = 1;
    private static final double GRADIENTS = 1e-4; // the project's bound, both sides in single precision

    @ParameterizedTest
    @ValueSource(strings = {"reference", "cpu"})
    void lossAccuracyAndEveryGradient(String kernels) throws IOException {
        JsonNode expected =
                new ObjectMapper().readTree(PARITY.resolve("expected.json").toFile());
        assertThat(expected.path("version").asInt())
                .as("the fixture's version; run make_fixtures.py again")
                .isEqualTo(VERSION);
        List<EncodedPair> pairs = pairs(expected.path("pairs"));
        try (Engine engine = kernels.equals("cpu") ? Engine.of(CpuOps.create()) : Engine.reference(DataType.FLOAT);
                ScalarModel model = ScalarModel.load(engine, PARITY, name -> true);
                Safetensors gradients = Safetensors.open(PARITY, "gradients")) {
            for (Map.Entry<String, JsonNode> named : expected.path("cases").properties()) {
                check(engine, model, named.getKey(), named.getValue(), gradients, pairs);
            }
        }
    }

    private static void check(
            Engine engine,
            ScalarModel model,
            String name,
            JsonNode wanted,
            Safetensors gradients,
            List<EncodedPair> pairs) {
        RewardObjective objective = new RewardObjective(
                model,
                Margin.valueOf(wanted.path("margin").asText().toUpperCase(Locale.ROOT)),
                wanted.path("safety_weight").asDouble(),
                wanted.path("centering").asDouble());
        engine.ops().fill(model.parameters().gradients(), 0);
        try (Tape tape = engine.recording()) {
            Loss loss = objective.loss(tape, PreferenceBatch.of(pairs));
            tape.backward(loss.value());
            double expected = wanted.path("loss").asDouble();
            assertThat(loss.value().value()).as(name).isCloseTo(expected, within(1e-5 * expected));
            assertThat(loss.metrics().get("accuracy"))
                    .isCloseTo(wanted.path("accuracy").asDouble(), within(1e-6));
            Map<String, Double> differences = new TreeMap<>();
            for (Parameter parameter : model.parameters().all()) {
                differences.put(
                        parameter.name(),
                        difference(tape.read(parameter.gradient()), gradients.read(name + "/" + parameter.name())));
            }
            assertThat(differences.values())
                    .as("%s: %s", name, differences)
                    .hasSize(21)
                    .allMatch(d -> d < GRADIENTS);
        }
    }

    private static List<EncodedPair> pairs(JsonNode items) {
        List<EncodedPair> pairs = new ArrayList<>();
        for (JsonNode item : items) {
            Preference preference = new Preference(
                    List.of(ChatMessage.user("ids")),
                    "chosen",
                    "rejected",
                    Rating.of(item.path("rating").asText()),
                    Safety.of(
                            item.path("chosen_safe").asBoolean(),
                            item.path("rejected_safe").asBoolean()),
                    "fixture");
            pairs.add(EncodedPair.of(preference, ids(item.path("chosen")), ids(item.path("rejected"))));
        }
        return pairs;
    }

    private static int[] ids(JsonNode list) {
        return IntStream.range(0, list.size()).map(i -> list.path(i).asInt()).toArray();
    }

    /** max abs(a - b) / max abs(b). */
    private static double difference(float[] actual, float[] expected) {
        double most = 0;
        double scale = 0;
        for (int i = 0; i < actual.length; i++) {
            most = Math.max(most, Math.abs(actual[i] - expected[i]));
            scale = Math.max(scale, Math.abs(expected[i]));
        }
        return most / scale;
    }
}
