package dev.cria.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cria.core.Engine;
import dev.cria.core.autograd.Scalar;
import dev.cria.core.autograd.Tape;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.checkpoint.Safetensors;
import dev.cria.core.config.ConfigLoader;
import dev.cria.core.data.RaggedBatch;
import dev.cria.core.optim.AdamW;
import dev.cria.core.optim.OptimizerConfig;
import dev.cria.core.train.RunDirectory;
import dev.cria.examples.world.Person;
import dev.cria.examples.world.ToyCorpus;
import dev.cria.examples.world.ToyWorld;
import dev.cria.model.Llama;
import dev.cria.model.ScalarModel;
import dev.cria.model.TinyModels;
import dev.cria.model.generation.Sampling;
import dev.cria.model.generation.TextGenerator;
import dev.cria.rlhf.reward.RewardModel;
import dev.cria.sft.ChatSource;
import dev.cria.sft.Conversation;
import dev.cria.sft.FineTuning;
import dev.cria.sft.SftConfig;
import dev.cria.tokenizer.BpeTokenizer;
import dev.cria.tokenizer.BpeTrainer;
import dev.cria.tokenizer.BpeTrainerConfig;
import dev.cria.tokenizer.BpeTrainerListener;
import dev.cria.tokenizer.ByteTokenizer;
import dev.cria.tokenizer.ChatMessage;
import dev.cria.tokenizer.StreamingDecoder;
import dev.cria.tokenizer.Token;
import dev.cria.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java code of README and the guides, compiled and run; a test of the command line holds the documents to it. */
class GuideSnippetsTest {
    @TempDir
    private Path directory;

    @Test
    void aTrainingStep() {
        RaggedBatch batch = RaggedBatch.nextToken(new int[] {10, 20, 30, 40, 50, 60, 70, 80});
        try (Engine engine = Engine.create();
                Llama model = TinyModels.llama(engine, 1);
                AdamW optimizer = new AdamW(engine.ops(), model.parameters(), OptimizerConfig.defaults())) {
            optimizer.zeroGradients();
            try (Tape tape = engine.recording()) {
                Scalar loss = model.loss(tape, batch);
                tape.backward(loss);
            }
            optimizer.step(1e-2, optimizer.gradientNorm());
        }
    }

    @Test
    void generation() throws IOException {
        saveTinyModel();
        PrintStream before = System.out;
        System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)); // random bytes
        try {
            generate();
        } finally {
            System.setOut(before);
        }
    }

    private void generate() throws IOException {
        try (Engine engine = Engine.create();
                Llama model = Llama.loadForInference(engine, directory);
                TextGenerator generator = new TextGenerator(model, Tokenizer.load(directory))) {
            Sampling sampling = Sampling.llama2().withMaxTokens(100).withSeed(7);
            generator.generate("Once upon a time", sampling, piece -> {
                System.out.print(piece);
                return true; // go on
            });
        }
    }

    @Test
    void tensorsOfACheckpoint() throws IOException {
        saveTinyModel();
        float[] values = new float[32];
        try (Safetensors file = Safetensors.open(directory)) {
            file.read("model.norm.weight", (chunk, length, at) -> System.arraycopy(chunk, 0, values, (int) at, length));
        }
        assertThat(values).containsOnly(1);
    }

    @Test
    void tokenizers() {
        Path corpus = directory.resolve("corpus.txt");
        Path model = directory.resolve("my-tokenizer");
        String story = ToyCorpus.documents(1, 20_000).collect(Collectors.joining("\n"));
        new BpeTrainer(BpeTrainerConfig.llama2(400), BpeTrainerListener.NONE)
                .addText(story)
                .train()
                .save(model);
        write(corpus, story);
        tokenizers(model.resolve("tokenizer.model"), corpus, 400, directory.resolve("trained"));
    }

    private static void tokenizers(Path file, Path corpus, int vocabSize, Path directory) {
        Tokenizer tokenizer = Tokenizer.load(file); // a file, or a directory such as a checkpoint
        int[] ids = tokenizer.encode("Once upon a time"); // neither bos nor eos is added
        String text = tokenizer.decode(ids);
        List<Token> tokens = tokenizer.encodeWithOffsets("Once upon a time"); // byte and char range of each token
        StreamingDecoder decoder = tokenizer.streamingDecoder(); // never emits half a character

        BpeTokenizer trained = new BpeTrainer(BpeTrainerConfig.llama2(vocabSize), BpeTrainerListener.NONE)
                .addFile(corpus)
                .train();
        trained.save(directory);

        assertThat(text).isEqualTo("Once upon a time");
        assertThat(tokens).hasSameSizeAs(ids);
        assertThat(decoder).isNotNull();
    }

    @Test
    @SuppressWarnings("UnusedVariable") // the guide ends there
    void scores() throws IOException {
        Path run = directory;
        try (Engine engine = Engine.create();
                ScalarModel model = ScalarModel.random(engine, TinyModels.config(), 1)) {
            model.save(directory);
            new ByteTokenizer().save(directory);
        }
        try (Engine engine = Engine.create();
                RewardModel model = RewardModel.load(engine, Checkpoints.resolve(run))) {
            double[] scores = model.scores(List.of(List.of(ChatMessage.user("Hi"))), List.of("Hello."));
        }
    }

    @Test
    void fineTuning() {
        saveTinyModel();
        List<Conversation> conversations = List.of(Conversation.of("Hi", "Hello."), Conversation.of("Ho", "Hello."));
        SftConfig config = ConfigLoader.of(SftConfig.class)
                .set("data.batchSize=1")
                .set("training.steps=1")
                .set("data.heldOut=0")
                .load()
                .withBase(directory);
        tune(config, conversations, directory.resolve("run"));
    }

    private static void tune(SftConfig config, List<Conversation> conversations, Path directory) {
        try (Engine engine = Engine.create();
                RunDirectory run = RunDirectory.open(directory, false);
                FineTuning tuning = FineTuning.open(engine, config, ChatSource.of(conversations), run, List.of())) {
            tuning.run();
        }
    }

    @Test
    void theToyWorld() {
        long seed = 1;
        ToyWorld world = ToyWorld.of(seed);
        Person person = world.people().get(0);
        String answer = person.name() + " lives in " + person.home().name() + ".";
        Stream<String> texts = ToyCorpus.documents(world, 100_000);
        assertThat(answer).endsWith(".");
        assertThat(texts.count()).isGreaterThan(100);
    }

    private void saveTinyModel() {
        try (Engine engine = Engine.create();
                Llama model = TinyModels.llama(engine, 1)) {
            model.save(directory);
            new ByteTokenizer().save(directory);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
