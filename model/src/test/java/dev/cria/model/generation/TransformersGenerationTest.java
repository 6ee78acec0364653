package dev.cria.model.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cria.core.Engine;
import dev.cria.core.random.CounterRandom;
import dev.cria.model.Llama;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

/** Against what Transformers wrote down in {@code make_fixtures.py}, which lies beside the files. */
class TransformersGenerationTest {
    private static final int FORMAT = 1;
    private static final int DRAWS = 2000;
    private static final double CLEAR = 1e-4; // a gap between the best scores that rounding does not close

    private final JsonNode fixture = read();

    @ParameterizedTest
    @ValueSource(strings = {"reference", "default"})
    void greedyWritesWhatTransformersWrites(String kernels) {
        try (Engine engine = kernels.equals("reference") ? Engine.reference(DataType.FLOAT) : Engine.create();
                Llama model = Llama.loadForInference(engine, directory().resolve("model"));
                TextGenerator generator =
                        new TextGenerator(model, new IdTokenizer(model.config().vocabSize()))) {
            for (JsonNode expected : fixture.get("greedy")) {
                assertThat(expected.get("smallest_gap").doubleValue()).isGreaterThan(CLEAR);
                int[] tokens = ids(expected.get("tokens"));
                Sampling sampling = Sampling.greedy()
                        .withMaxTokens(tokens.length)
                        .withRepetitionPenalty(
                                expected.get("repetition_penalty").doubleValue());
                Generation generation = generator.generate(ids(expected.get("prompt")), sampling, TextListener.none());
                assertThat(generation.tokens()).isEqualTo(tokens);
            }
        }
    }

    @Test
    void filtersLeaveWhatTransformersLeaves() {
        JsonNode values = fixture.get("logits");
        float[] logits = new float[values.size()];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = values.get(i).floatValue();
        }
        BitSet seen = new BitSet();
        fixture.get("seen").forEach(id -> seen.set(id.intValue()));
        Sampler sampler = new Sampler(logits.length);
        for (JsonNode expected : fixture.get("filters")) {
            JsonNode logProbs = expected.get("log_probs");
            BitSet drawn = new BitSet();
            for (int n = 0; n < DRAWS; n++) {
                SampledToken token =
                        sampler.sample(logits, 0, sampling(expected), seen, CounterRandom.of(1, "test", 0), n);
                JsonNode logProb = logProbs.get(String.valueOf(token.id()));
                assertThat(logProb)
                        .as("token %d under %s", token.id(), expected)
                        .isNotNull();
                assertThat(token.logProb()).isCloseTo(logProb.doubleValue(), within(1e-5));
                drawn.set(token.id());
            }
            // A token missing from the draws would show in the others' log-probabilities, but for very rare ones.
            assertThat(drawn.cardinality()).isLessThanOrEqualTo(logProbs.size());
        }
    }

    @Test
    void anEmptyPromptIsRefusedWhereThereIsNoBos() {
        try (Engine engine = Engine.create();
                Llama model = Llama.loadForInference(engine, directory().resolve("model"));
                TextGenerator generator = new TextGenerator(model, new IdTokenizer(97))) {
            assertThatThrownBy(() -> generator.generate("", Sampling.greedy(), TextListener.none()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("prompt is empty");
            assertThat(generator.generateAll(List.of())).isEmpty();
        }
    }

    private static Sampling sampling(JsonNode setting) {
        return Sampling.plain()
                .withTemperature(setting.get("temperature").doubleValue())
                .withTopK(setting.get("top_k").intValue())
                .withTopP(setting.get("top_p").doubleValue())
                .withMinP(setting.get("min_p").doubleValue())
                .withRepetitionPenalty(setting.get("repetition_penalty").doubleValue());
    }

    private static int[] ids(JsonNode list) {
        int[] ids = new int[list.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = list.get(i).intValue();
        }
        return ids;
    }

    private static JsonNode read() {
        try {
            JsonNode fixture = new ObjectMapper()
                    .readTree(directory().resolve("generation.json").toFile());
            assertThat(fixture.get("format").intValue())
                    .as("format of generation.json; make it again: %s", fixture.get("regenerate"))
                    .isEqualTo(FORMAT);
            return fixture;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Path directory() {
        try {
            return Path.of(Objects.requireNonNull(TransformersGenerationTest.class.getResource("/generation"))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
