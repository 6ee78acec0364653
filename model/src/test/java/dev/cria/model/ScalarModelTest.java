package dev.cria.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cria.core.Engine;
import dev.cria.core.autograd.GradientCheck;
import dev.cria.core.autograd.Tape;
import dev.cria.core.io.InvalidFileException;
import dev.cria.core.ops.Segments;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;

class ScalarModelTest {
    private static final long SEED = 3;
    private static final int[] TOKENS =
            IntStream.range(0, 20).map(i -> 7 * i % 250).toArray();
    private static final Segments SEGMENTS = Segments.ofLengths(13, 7);

    private final Engine engine = Engine.reference(DataType.FLOAT);

    @TempDir
    private Path directory;

    @AfterEach
    void closeEngine() {
        engine.close();
    }

    private float[] values(ScalarModel model) {
        try (Tape tape = engine.inference()) {
            return tape.read(model.values(tape, TOKENS, SEGMENTS));
        }
    }

    @Test
    void savedModelLoadsAndComputesTheSame() throws Exception {
        float[] saved;
        try (ScalarModel model = ScalarModel.random(engine, TinyModels.config(), SEED)) {
            saved = values(model);
            model.save(directory);
        }
        assertThat(Files.readString(directory.resolve("config.json"))).contains("LlamaForSequenceClassification");
        try (ScalarModel loaded = ScalarModel.loadForInference(engine, directory)) {
            assertThat(loaded.config()).isEqualTo(TinyModels.config());
            assertThat(values(loaded)).containsExactly(saved);
        }
    }

    @Test
    void chosenRowsHaveTheValuesTheyHaveAmongAll() {
        try (ScalarModel model = ScalarModel.random(engine, TinyModels.config(), SEED);
                Tape tape = engine.inference()) {
            float[] all = values(model);
            float[] chosen = tape.read(model.values(tape, TOKENS, SEGMENTS, new int[] {19, 4}));
            assertThat(chosen).containsExactly(new float[] {all[19], all[4]}, within(1e-6f));
        }
    }

    @Test
    void beginsWithTheBodyOfALanguageModel() {
        try (Llama chat = TinyModels.llama(engine, SEED)) {
            chat.save(directory);
            try (ScalarModel model = ScalarModel.fromLanguageModel(engine, directory, 0.5, 9, name -> true);
                    Tape tape = engine.inference()) {
                float[] head =
                        tape.read(model.parameters().get(ScalarModel.HEAD).value());
                float[] hidden = tape.read(chat.hidden(tape, TOKENS, SEGMENTS));
                float expected = 0;
                for (int i = 0; i < head.length; i++) {
                    expected += head[i] * hidden[i];
                }
                assertThat(values(model)[0]).isCloseTo(expected, within(1e-4f));
            }
            try (ScalarModel model = ScalarModel.fromLanguageModel(engine, directory, 0, 9, name -> true)) {
                assertThat(values(model)).containsOnly(0);
            }
        }
    }

    @Test
    void allItsGradientsAreThoseOfTheDifferenceQuotients() {
        try (Engine inDouble = Engine.reference(DataType.DOUBLE);
                ScalarModel model = ScalarModel.random(
                        inDouble, new LlamaConfig(31, 8, 12, 2, 2, 1, 0, 32, 1e-5, 10000, true, 0.3, -1, -1), SEED)) {
            int[] tokens = {3, 9, 27, 19, 26, 16, 17, 20, 29, 25};
            GradientCheck.Worst worst = new GradientCheck(inDouble.ops(), inDouble.arena(), 4, SEED)
                    .of(
                            model.parameters().all(),
                            tape -> tape.mean(tape.logSigmoid(
                                    model.values(tape, tokens, Segments.ofLengths(6, 4), new int[] {5, 9}))));
            assertThat(worst.error()).as("%s", worst).isLessThan(1e-6);
        }
    }

    @Test
    void eachKindOfModelIsRefusedWhereTheOtherIsWanted() {
        try (Llama chat = TinyModels.llama(engine, SEED)) {
            chat.save(directory);
        }
        assertThatThrownBy(() -> ScalarModel.loadForInference(engine, directory))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("no scalar head (score.weight)")
                .hasMessageContaining("cria reward");
        try (ScalarModel model = ScalarModel.random(engine, TinyModels.config(), SEED)) {
            model.save(directory);
        }
        assertThatThrownBy(() -> Llama.load(engine, directory))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("a reward or value model");
        assertThatThrownBy(() -> ScalarModel.fromLanguageModel(engine, directory, 0, 1, name -> true))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("a reward or value model");
    }

    @Test
    void tokensOutsideTheVocabularyAreRefused() {
        try (ScalarModel model = ScalarModel.random(engine, TinyModels.config(), SEED);
                Tape tape = engine.inference()) {
            assertThatThrownBy(() -> model.values(tape, new int[] {258}, Segments.ofLengths(1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("id 258");
        }
    }
}
