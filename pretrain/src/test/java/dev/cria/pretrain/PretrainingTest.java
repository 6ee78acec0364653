package dev.cria.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.config.ConfigLoader;
import dev.cria.core.data.RaggedBatch;
import dev.cria.core.io.InvalidFileException;
import dev.cria.core.train.Loss;
import dev.cria.core.train.MetricsFile;
import dev.cria.core.train.Objective;
import dev.cria.core.train.RunDirectory;
import dev.cria.core.train.StepReport;
import dev.cria.core.train.TrainingListener;
import dev.cria.core.train.TrainingLoop;
import dev.cria.model.Llama;
import dev.cria.model.LlamaPresets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PretrainingTest {
    private static final Corpus RHYME = consumer ->
            consumer.accept("humpty dumpty sat on a wall. ".repeat(60).getBytes(StandardCharsets.UTF_8));

    @TempDir
    private Path directory;

    @Test
    void learnsARhymeAndLeavesACheckpointMetricsAndConfiguration() throws IOException {
        TrainingLoop.Result result = train(directory.resolve("run"), config("training.steps=60"), false, List.of());

        assertThat(result.completed()).isTrue();
        assertThat(result.validationLoss().orElseThrow()).isLessThan(2); // ln 258 = 5.6 before
        Path checkpoint = Checkpoints.resolve(directory.resolve("run"));
        assertThat(checkpoint.getFileName()).hasToString("step-00000060");
        assertThat(checkpoint)
                .isDirectoryContaining("glob:**/{config.json,model.safetensors,optimizer.safetensors,manifest.json}");
        assertThat(Files.readAllLines(directory.resolve("run").resolve(MetricsFile.NAME)))
                .hasSize(60)
                .last()
                .asString()
                .contains("\"step\":60", "\"val_loss\":", "\"lr\":", "\"grad_norm\":", "\"tokens\":", "\"elapsed_s\":");
        assertThat(Files.readString(directory.resolve("run").resolve(RunDirectory.CONFIG)))
                .contains("contextLength: 16");
    }

    @Test
    void aLossOfOnesOwnIsTrainedAndMeasured() {
        try (Engine engine = Engine.create();
                RunDirectory run = RunDirectory.open(directory.resolve("run"), false)) {
            PretrainData data = PretrainData.prepare(config("training.steps=60"), RHYME, run);
            Function<Llama, Objective<RaggedBatch>> hundredfold =
                    model -> (tape, batch) -> Loss.of(tape.scale(model.loss(tape, batch), 100), "hundred", 100);
            try (Pretraining pretraining = Pretraining.open(engine, data, run, List.of(), hundredfold)) {
                assertThat(pretraining.run().validationLoss().orElseThrow()).isBetween(10.0, 200.0);
            }
        }
        assertThat(MetricsFile.read(directory.resolve("run")))
                .allMatch(line -> line.get("hundred").asDouble() == 100)
                .element(0)
                .matches(line -> line.get("loss").asDouble() > 500); // 100 ln 258 = 555
    }

    @Test
    void theSameSeedGivesTheSameBytesAndAnotherSeedOthers() throws IOException {
        train(directory.resolve("a"), config("training.steps=5"), false, List.of());
        train(directory.resolve("b"), config("training.steps=5"), false, List.of());
        train(directory.resolve("c"), config("training.steps=5", "training.seed=9"), false, List.of());

        assertThat(weights("a")).isEqualTo(weights("b")).isNotEqualTo(weights("c"));
    }

    @Test
    void aStoppedRunGoesOnToTheSameBytesAsAnUndisturbedOne() throws IOException {
        train(directory.resolve("whole"), config("training.steps=12"), false, List.of());
        Path halved = directory.resolve("halved");
        PretrainConfig config = config("training.steps=12");

        assertThat(stopAfter(5, halved, config).completed()).isFalse();
        train(halved, config, true, List.of());

        assertThat(weights("halved")).isEqualTo(weights("whole"));
        assertThat(Files.readAllLines(halved.resolve(MetricsFile.NAME))).hasSize(12);
    }

    @Test
    void anotherModelIsNotResumed() {
        Path run = directory.resolve("run");
        train(run, config("training.steps=2"), false, List.of());

        assertThatThrownBy(() -> train(run, config("training.steps=4", "model.numHiddenLayers=1"), true, List.of()))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("cannot change its model");
    }

    @Test
    void aRefusedResumeLeavesTheRunAsItWas() throws IOException {
        Path run = directory.resolve("run");
        train(run, config("training.steps=2"), false, List.of());
        String config = Files.readString(run.resolve(RunDirectory.CONFIG));

        assertThatThrownBy(() -> train(run, config("training.steps=4", "data.heldOut=0.2"), true, List.of()))
                .hasMessageContaining("cannot change its data")
                .hasMessageContaining("data.heldOut");
        assertThatThrownBy(() -> train(run, config("training.steps=4", "training.seed=5"), true, List.of()))
                .hasMessageContaining("training.seed");
        assertThat(run.resolve(RunDirectory.CONFIG)).hasContent(config);
        assertThat(train(run, config("training.steps=3"), true, List.of()).steps())
                .isEqualTo(3);
    }

    @Test
    void aHeldOutPartWithoutATargetIsRefusedBeforeTraining() {
        assertThatThrownBy(() -> train(directory.resolve("run"), config("data.heldOut=0.0001"), false, List.of()))
                .hasMessageContaining("data.heldOut");
        assertThat(directory.resolve("run")).doesNotExist();
    }

    @Test
    void nobodyElseTrainsInARunThatIsOpen() {
        Path path = directory.resolve("run");
        try (RunDirectory run = RunDirectory.open(path, false)) {
            assertThat(run.path()).isEqualTo(path);
            assertThatThrownBy(() -> RunDirectory.open(path, true)).hasMessageContaining("another program trains");
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void aPresetDecidesTheHeadSizeToo() {
        PretrainConfig config = ConfigLoader.of(PretrainConfig.class)
                .presets("model", LlamaPresets.presets())
                .set("model.preset=llama2-7b")
                .load();

        assertThat(config.model().headSize()).isEqualTo(128);
        assertThat(PretrainData.resolve(config).model().vocabSize()).isEqualTo(258); // the byte tokenizer's
    }

    @Test
    void aRunWithoutACheckpointTakesTheFilesThatItIsGivenNow() throws IOException {
        Path run = Files.createDirectory(directory.resolve("run"));
        Path first = Files.writeString(directory.resolve("first.txt"), "a".repeat(500));
        Path second = Files.writeString(directory.resolve("second.txt"), "b".repeat(700));

        assertThat(tokens(run, first)).isEqualTo(502); // with bos and eos
        assertThat(tokens(run, second)).isEqualTo(702);
        Files.writeString(second, "c".repeat(900));
        assertThat(tokens(run, second)).isEqualTo(902);
    }

    @Test
    void filesThatAreAsTheyWereAreReadOnce() throws IOException {
        Path run = Files.createDirectory(directory.resolve("run"));
        Path text = Files.writeString(directory.resolve("text.txt"), "a".repeat(500));
        tokens(run, text);
        Path mark = Files.createFile(run.resolve("data/still-the-same"));

        assertThat(tokens(run, text)).isEqualTo(502);
        assertThat(mark).exists();
    }

    @Test
    void tokensThatNoRunWroteAreNotRemoved() throws IOException {
        Path run = Files.createDirectory(directory.resolve("run"));
        Path precious = Files.createDirectory(run.resolve("data")).resolve("shards.json");
        Files.writeString(precious, "{}");
        Path text = Files.writeString(directory.resolve("text.txt"), "a".repeat(500));

        assertThatThrownBy(() -> tokens(run, text)).hasMessageContaining("nothing says of which texts");
        assertThat(precious).exists();
    }

    private static long tokens(Path path, Path text) {
        try (RunDirectory run = RunDirectory.open(path, true)) {
            PretrainData data = PretrainData.prepare(config(), new TextCorpus(List.of(text), true), run);
            return data.shards().get(0).tokens();
        }
    }

    @Test
    void textShorterThanAContextLeavesNothingBehind() {
        Corpus corpus = consumer -> consumer.accept("short".getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> train(directory.resolve("run"), config(), corpus, false, List.of()))
                .hasMessageContaining("7 tokens")
                .hasMessageContaining("data.contextLength");
        assertThat(directory.resolve("run")).doesNotExist();
    }

    @Test
    void aDirectoryInUseIsNotOverwritten() throws IOException {
        Path run = Files.createDirectory(directory.resolve("run"));
        Files.writeString(run.resolve("thesis.txt"), "do not touch");

        assertThatThrownBy(() -> RunDirectory.open(run, false))
                .hasMessageContaining("not empty")
                .hasMessageContaining("--resume");
    }

    private static TrainingLoop.Result train(
            Path run, PretrainConfig config, boolean resume, List<TrainingListener> listeners) {
        return train(run, config, RHYME, resume, listeners);
    }

    private static TrainingLoop.Result train(
            Path path, PretrainConfig config, Corpus corpus, boolean resume, List<TrainingListener> listeners) {
        try (Engine engine = Engine.create();
                RunDirectory run = RunDirectory.open(path, resume);
                Pretraining pretraining = Pretraining.open(engine, config, corpus, run, listeners)) {
            return pretraining.run();
        }
    }

    private static TrainingLoop.Result stopAfter(long steps, Path path, PretrainConfig config) {
        try (Engine engine = Engine.create();
                RunDirectory run = RunDirectory.open(path, false)) {
            Pretraining[] pretraining = new Pretraining[1];
            TrainingListener stopper = new TrainingListener() {
                @Override
                public void onStep(StepReport report) {
                    if (report.step() == steps) {
                        pretraining[0].requestStop();
                    }
                }
            };
            try (Pretraining opened = Pretraining.open(engine, config, RHYME, run, List.of(stopper))) {
                pretraining[0] = opened;
                return opened.run();
            }
        }
    }

    private byte[] weights(String run) throws IOException {
        return Files.readAllBytes(Checkpoints.resolve(directory.resolve(run)).resolve("model.safetensors"));
    }

    private static PretrainConfig config(String... settings) {
        return ConfigLoader.of(PretrainConfig.class)
                .set(List.of(
                        "model.hiddenSize=32",
                        "model.intermediateSize=64",
                        "model.numHiddenLayers=2",
                        "model.numKeyValueHeads=2",
                        "data.contextLength=16",
                        "data.batchSize=4",
                        "optimizer.learningRate=1e-2",
                        "optimizer.warmupSteps=5",
                        "checkpoint.everySteps=4",
                        "evaluation.everySteps=20"))
                .set(List.of(settings))
                .load();
    }
}
