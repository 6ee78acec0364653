package dev.cria.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.checkpoint.Safetensors;
import dev.cria.core.config.ConfigLoader;
import dev.cria.core.train.MetricsFile;
import dev.cria.core.train.RunCheckpoints;
import dev.cria.core.train.RunDirectory;
import dev.cria.core.train.StepReport;
import dev.cria.core.train.TrainingFailedException;
import dev.cria.core.train.TrainingListener;
import dev.cria.core.train.TrainingLoop;
import dev.cria.core.train.TrainingLoop.Ending;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the training loop does when something goes wrong, and when it ends early. */
class TrainingHealthTest {
    private static final Corpus RHYME = consumer ->
            consumer.accept("humpty dumpty sat on a wall. ".repeat(60).getBytes(StandardCharsets.UTF_8));
    private static final TrainingListener NOBODY = new TrainingListener() {};

    @TempDir
    private Path directory;

    @Test
    void updatesThatAreNotFiniteAreSkippedAndEndTheRunAfterSoMany() throws IOException {
        assertThatThrownBy(() -> train("run", NOBODY, "optimizer.learningRate=1e38", "training.health.maxSkipped=3"))
                .isInstanceOf(TrainingFailedException.class)
                .hasMessageContaining("not finite 3 times in a row")
                .hasMessageContaining("no checkpoint yet");
        assertThat(Files.readString(directory.resolve("run").resolve(MetricsFile.NAME)))
                .contains("\"health\":\"skipped\"");
    }

    @Test
    void aSpikeSetsTheRunBackAndTheMetricsHaveEachStepOnce() throws IOException {
        List<Long> rewinds = new ArrayList<>();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void onRewind(long fromStep, long toStep) {
                assertThat(toStep).isLessThan(fromStep);
                rewinds.add(fromStep);
            }
        };

        TrainingLoop.Result result = train(
                "run",
                listener,
                "training.steps=40",
                "training.health.spikeFactor=0.01",
                "training.health.spikeWindow=3",
                "training.health.rewind=true",
                "training.health.maxRewinds=2");

        assertThat(result.ending()).isEqualTo(Ending.COMPLETED);
        assertThat(rewinds).hasSize(2);
        assertThat(Files.readAllLines(directory.resolve("run").resolve(MetricsFile.NAME)))
                .hasSize(40);
    }

    @Test
    void aHeldOutLossThatDoesNotImproveEndsTheRun() {
        TrainingLoop.Result result = train(
                "run", NOBODY, "evaluation.everySteps=2", "evaluation.patience=3", "evaluation.minImprovement=100");

        assertThat(result.ending()).isEqualTo(Ending.NO_IMPROVEMENT);
        assertThat(result.steps()).isEqualTo(8); // the first evaluation is the best so far
    }

    @Test
    void aTokenBudgetEndsTheRunWithACheckpoint() {
        TrainingLoop.Result result = train("run", NOBODY, "training.maxTokens=300");

        assertThat(result.ending()).isEqualTo(Ending.TOKEN_BUDGET);
        assertThat(result.steps()).isEqualTo(5); // 64 tokens a step
        assertThat(Checkpoints.resolve(directory.resolve("run")).getFileName()).hasToString("step-00000005");
    }

    @Test
    void frozenWeightsStayAsTheyAre() {
        train("a", NOBODY, "training.steps=1", "training.frozen=[model.embed_tokens.*, '*.layers.0.*']");
        train("b", NOBODY, "training.steps=9", "training.frozen=[model.embed_tokens.*, '*.layers.0.*']");

        assertThat(weight("a", "model.embed_tokens.weight")).isEqualTo(weight("b", "model.embed_tokens.weight"));
        assertThat(weight("a", "model.layers.0.mlp.up_proj.weight"))
                .isEqualTo(weight("b", "model.layers.0.mlp.up_proj.weight"));
        assertThat(weight("a", "model.layers.1.mlp.up_proj.weight"))
                .isNotEqualTo(weight("b", "model.layers.1.mlp.up_proj.weight"));
        assertThatThrownBy(() -> train("c", NOBODY, "training.frozen=embedding"))
                .hasMessageContaining("training.frozen")
                .hasMessageContaining("embedding");
    }

    @Test
    void aCheckpointThatCannotBeWrittenDoesNotEndTheRun() throws IOException {
        Path folder = directory.resolve("run").resolve(Checkpoints.FOLDER);
        TrainingListener obstacle = new TrainingListener() {
            @Override
            public void onStep(StepReport report) {
                try {
                    if (report.step() == 2) {
                        Files.writeString(folder, "in the way");
                    } else if (report.step() == 6) {
                        Files.delete(folder);
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };

        TrainingLoop.Result result = train("run", obstacle, "checkpoint.background=false");

        assertThat(result.ending()).isEqualTo(Ending.COMPLETED);
        assertThat(Checkpoints.of(directory.resolve("run")).steps()).containsExactly(8L, 12L);
    }

    @Test
    void aRunWhoseLastCheckpointCannotBeWrittenFails() {
        for (boolean background : List.of(true, false)) {
            String name = "background-" + background;
            Path folder = directory.resolve(name).resolve(Checkpoints.FOLDER);
            TrainingListener obstacle = new TrainingListener() {
                @Override
                public void onStep(StepReport report) {
                    try {
                        Files.writeString(folder, "in the way");
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            };

            assertThatThrownBy(() -> train(name, obstacle, "checkpoint.background=" + background))
                    .as(name)
                    .hasMessageContaining(Checkpoints.FOLDER);
        }
    }

    @Test
    void anInterruptDoesNotFreeMemoryThatACheckpointIsWrittenFrom() {
        TrainingListener interrupter = new TrainingListener() {
            @Override
            public void onStep(StepReport report) {
                Thread.currentThread().interrupt();
            }
        };

        train("interrupted", interrupter, "checkpoint.background=true");

        assertThat(Thread.interrupted()).isTrue(); // kept for who called
        train("undisturbed", NOBODY);
        String name = "model.layers.1.mlp.up_proj.weight";
        assertThat(weight("interrupted", name)).isEqualTo(weight("undisturbed", name));
    }

    @Test
    void aCheckpointIsThereEvenIfItCannotBeMarkedAsTheBest() throws IOException {
        Files.createDirectories(directory.resolve("run/checkpoints/best/in the way"));
        List<Long> told = new ArrayList<>();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void onCheckpoint(long step, Path checkpoint) {
                told.add(step);
            }
        };

        TrainingLoop.Result result =
                train("run", listener, "checkpoint.keepBest=true", "checkpoint.keepLast=1", "evaluation.everySteps=4");

        assertThat(result.ending()).isEqualTo(Ending.COMPLETED);
        assertThat(told).containsExactly(4L, 8L, 12L);
        assertThat(Checkpoints.resolve(directory.resolve("run")).getFileName()).hasToString("step-00000012");
    }

    @Test
    void theBestCheckpointIsKept() {
        train(
                "run",
                NOBODY,
                "training.steps=30",
                "evaluation.everySteps=5",
                "evaluation.minImprovement=0.5",
                "checkpoint.keepBest=true",
                "checkpoint.keepLast=1");

        Checkpoints checkpoints = Checkpoints.of(directory.resolve("run"));
        assertThat(directory.resolve("run/checkpoints/best")).isDirectory();
        assertThat(checkpoints.steps()).hasSizeBetween(1, 2).contains(30L);
    }

    @Test
    void aChangedScheduleIsAllowedAndRecorded() throws IOException {
        train("run", NOBODY, "training.steps=4");
        TrainingLoop.Result result = train("run", NOBODY, "training.steps=8", "optimizer.learningRate=1e-3");

        assertThat(result.newSteps()).isEqualTo(4);
        assertThat(Files.readAllLines(directory.resolve("run").resolve(RunCheckpoints.CHANGES)))
                .hasSize(2)
                .anyMatch(line -> line.contains("optimizer.learningRate") && line.contains("\"step\":4"));
        assertThat(train("run", NOBODY, "training.steps=8").newSteps()).isZero();
    }

    private TrainingLoop.Result train(String name, TrainingListener listener, String... settings) {
        PretrainConfig config = ConfigLoader.of(PretrainConfig.class)
                .set(List.of(
                        "model.hiddenSize=32",
                        "model.intermediateSize=64",
                        "model.numHiddenLayers=2",
                        "model.numKeyValueHeads=2",
                        "data.contextLength=16",
                        "data.batchSize=4",
                        "training.steps=12",
                        "optimizer.learningRate=1e-2",
                        "optimizer.warmupSteps=0",
                        "checkpoint.everySteps=4",
                        "evaluation.everySteps=20"))
                .set(List.of(settings))
                .load();
        try (Engine engine = Engine.create();
                RunDirectory run = RunDirectory.open(directory.resolve(name), true);
                Pretraining pretraining = Pretraining.open(engine, config, RHYME, run, List.of(listener))) {
            return pretraining.run();
        }
    }

    private float[] weight(String run, String name) {
        try (Safetensors file = Safetensors.open(Checkpoints.resolve(directory.resolve(run)))) {
            return file.read(name);
        }
    }
}
