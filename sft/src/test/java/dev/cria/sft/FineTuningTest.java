package dev.cria.sft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.checkpoint.Safetensors;
import dev.cria.core.config.ConfigLoader;
import dev.cria.core.io.InvalidFileException;
import dev.cria.core.train.MetricsFile;
import dev.cria.core.train.RunDirectory;
import dev.cria.core.train.StepReport;
import dev.cria.core.train.TrainingListener;
import dev.cria.core.train.TrainingLoop;
import dev.cria.model.Llama;
import dev.cria.model.LlamaConfig;
import dev.cria.model.TinyModels;
import dev.cria.model.generation.Sampling;
import dev.cria.tokenizer.BpeTokenizer;
import dev.cria.tokenizer.ByteTokenizer;
import dev.cria.tokenizer.ChatFormat;
import dev.cria.tokenizer.ChatMessage;
import dev.cria.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FineTuningTest {
    private static final List<Conversation> COLOURS = IntStream.range(0, 30)
            .mapToObj(i -> Conversation.of("sky " + i + "?", "blue"))
            .toList();

    @TempDir
    private Path directory;

    private Path base;

    @BeforeEach
    void makeBase() throws IOException {
        base = makeBase("base", TinyModels.config(), new ByteTokenizer());
    }

    @Test
    void learnsAnAnswerAndToStop() throws IOException {
        Path run = directory.resolve("run");
        TrainingLoop.Result result = train(run, config("training.steps=60", "data.epochs=40"), false, List.of());

        assertThat(result.completed()).isTrue();
        assertThat(result.validationLoss().orElseThrow()).isLessThan(0.3); // ln 258 = 5.6 before
        Path checkpoint = Checkpoints.resolve(run);
        Tokenizer tokenizer = Tokenizer.load(checkpoint);
        try (Engine engine = Engine.create();
                Llama model = Llama.loadForInference(engine, checkpoint);
                ModelAnswers answers =
                        new ModelAnswers(model, tokenizer, ChatFormat.load(checkpoint, tokenizer), Sampling.greedy())) {
            assertThat(answers.answers(List.of(List.of(ChatMessage.user("sky 77?")))))
                    .containsExactly("blue");
        }
        assertThat(Files.readString(run.resolve(FineTuning.COUNTS)))
                .contains("\"conversations\" : 30", "\"droppedTooLong\" : 0", "\"heldOutConversations\" : 3");
        assertThat(Files.readAllLines(run.resolve(FineTuning.ANSWERS)))
                .last()
                .asString()
                .contains("\"step\":60", "\"reference\":\"blue\"", "\"answer\":\"blue\"");
    }

    @Test
    void stepsComeFromTheEpochs() {
        Path run = directory.resolve("run");
        // 27 rows of 23 input tokens in sequences of 64: two a sequence, 14 sequences, 4 a batch: 28 / 4 batches.
        TrainingLoop.Result result = train(run, config("data.epochs=2"), false, List.of());
        assertThat(result.steps()).isEqualTo(7);
    }

    @Test
    void aStoppedRunGoesOnToTheSameBytesAsAnUndisturbedOne() throws IOException {
        for (Packing packing : Packing.values()) {
            String[] settings = {"data.epochs=3", "training.steps=9", "data.packing=" + packing};
            Path whole = directory.resolve("whole-" + packing);
            Path halved = directory.resolve("halved-" + packing);
            train(whole, config(settings), false, List.of());

            assertThat(stopAfter(4, halved, config(settings)).completed()).isFalse();
            train(halved, config(settings), true, List.of());

            assertThat(weights(halved)).as("%s", packing).isEqualTo(weights(whole));
            assertThat(Files.readAllLines(halved.resolve(MetricsFile.NAME))).hasSize(9);
        }
    }

    @Test
    void frozenWeightsStayAsTheyAre() {
        Path run = directory.resolve("run");
        train(run, config("training.steps=5", "training.frozen=[model.embed_tokens.*]"), false, List.of());

        assertThat(weight(run, "model.embed_tokens.weight")).isEqualTo(weight(base, "model.embed_tokens.weight"));
        assertThat(weight(run, "model.norm.weight")).isNotEqualTo(weight(base, "model.norm.weight"));
        assertThatThrownBy(() -> train(
                        directory.resolve("other"), config("training.frozen=[nothing.like.this]"), false, List.of()))
                .hasMessageContaining("training.frozen: no weight is named like 'nothing.like.this'");
    }

    @Test
    void aSeparatorGetsARowOfItsOwn() throws IOException {
        BpeTokenizer tokenizer = TestFiles.bpe();
        LlamaConfig sizes =
                TinyModels.config().withVocabulary(tokenizer.vocabSize(), tokenizer.bosId(), tokenizer.eosId());
        base = makeBase("bpe", sizes, tokenizer);
        Path run = directory.resolve("run");

        train(run, config("data.format=separated", "training.steps=2"), false, List.of());

        Path checkpoint = Checkpoints.resolve(run);
        Tokenizer saved = Tokenizer.load(checkpoint);
        assertThat(saved.vocabSize()).isEqualTo(tokenizer.vocabSize() + 1);
        assertThat(saved.piece(tokenizer.vocabSize())).isEqualTo("<sep>");
        int[] prompt = ChatFormat.load(checkpoint, saved)
                .encode(List.of(ChatMessage.user("hi")))
                .ids();
        assertThat(prompt[prompt.length - 1]).isEqualTo(tokenizer.vocabSize());
        try (Engine engine = Engine.create();
                Llama model = Llama.loadForInference(engine, checkpoint)) {
            assertThat(model.config().vocabSize()).isEqualTo(tokenizer.vocabSize() + 1);
        }
        train(run, config("data.format=separated", "training.steps=2"), true, List.of()); // nothing left to do
    }

    @Test
    void grownRowsAreTheMeanAndTheOthersStay() {
        try (Engine engine = Engine.create();
                Llama model = TinyModels.llama(engine, 1);
                Llama grown = model.withVocabulary(260, name -> true)) {
            float[] old = values(engine, model);
            float[] larger = values(engine, grown);
            int width = model.config().hiddenSize();
            double sum = 0;
            for (int row = 0; row < 258; row++) {
                sum += old[row * width];
                assertThat(larger[row * width]).isEqualTo(old[row * width]);
            }
            assertThat(larger[258 * width]).isEqualTo((float) (sum / 258)).isEqualTo(larger[259 * width]);
        }
    }

    @Test
    void aRunThatCannotFitIsRefused() {
        refuses("GB of memory and the machine has", config("data.batchSize=2000000000"));
    }

    @Test
    void aSeparatorNeedsABpeTokenizer() {
        refuses("needs a BPE tokenizer", config("data.format=separated"));
    }

    @Test
    void aBaseWithAnotherModelsTokenizerIsRefused() throws IOException {
        base = makeBase("mixed", TinyModels.config(), TestFiles.bpe());
        assertThatThrownBy(() -> train(directory.resolve("run"), config(), false, List.of()))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("mixed")
                .hasMessageContaining("put the tokenizer there that the model was trained with");
    }

    @Test
    void aContextLongerThanTheModelsIsRefused() {
        refuses("data.contextLength is 500", config("data.contextLength=500"));
    }

    @Test
    void dataOfWhichNothingFitsIsRefusedWithCounts() {
        refuses("30 too long", config("data.contextLength=10"));
    }

    @Test
    void aRunNeedsABase() {
        SftConfig config = ConfigLoader.of(SftConfig.class).load();
        assertThatThrownBy(() -> train(directory.resolve("run"), config, false, List.of()))
                .hasMessageContaining("base names no model");
    }

    private void refuses(String message, SftConfig config) {
        assertThatThrownBy(() -> train(directory.resolve("run"), config, false, List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
        assertThat(directory.resolve("run")).doesNotExist();
    }

    private static float[] values(Engine engine, Llama model) {
        var tensor = model.parameters().get("model.embed_tokens.weight").value();
        float[] values = new float[(int) tensor.length()];
        engine.ops().download(values, 0, tensor, values.length);
        return values;
    }

    private Path makeBase(String name, LlamaConfig sizes, Tokenizer tokenizer) throws IOException {
        Path made = Files.createDirectory(directory.resolve(name));
        try (Engine engine = Engine.create();
                Llama model = Llama.random(engine, sizes, 1)) {
            model.save(made);
            tokenizer.save(made);
        }
        return made;
    }

    private static TrainingLoop.Result train(
            Path path, SftConfig config, boolean resume, List<TrainingListener> listeners) {
        try (Engine engine = Engine.create();
                RunDirectory run = RunDirectory.open(path, resume);
                FineTuning tuning = FineTuning.open(engine, config, ChatSource.of(COLOURS), run, listeners)) {
            return tuning.run();
        }
    }

    private static TrainingLoop.Result stopAfter(long steps, Path path, SftConfig config) {
        FineTuning[] tuning = new FineTuning[1];
        TrainingListener stopper = new TrainingListener() {
            @Override
            public void onStep(StepReport report) {
                if (report.step() == steps) {
                    tuning[0].requestStop();
                }
            }
        };
        try (Engine engine = Engine.create();
                RunDirectory run = RunDirectory.open(path, false);
                FineTuning opened = FineTuning.open(engine, config, ChatSource.of(COLOURS), run, List.of(stopper))) {
            tuning[0] = opened;
            return opened.run();
        }
    }

    private static float[] weight(Path run, String name) {
        try (Safetensors file = Safetensors.open(Checkpoints.resolve(run))) {
            return file.read(name);
        }
    }

    private static byte[] weights(Path run) throws IOException {
        return Files.readAllBytes(Checkpoints.resolve(run).resolve("model.safetensors"));
    }

    private SftConfig config(String... settings) {
        return ConfigLoader.of(SftConfig.class)
                .set(List.of(
                        "base=" + base,
                        "data.contextLength=64",
                        "data.batchSize=4",
                        "data.heldOut=0.1",
                        "optimizer.learningRate=1e-2",
                        "evaluation.everySteps=20"))
                .set(List.of(settings))
                .load();
    }
}
