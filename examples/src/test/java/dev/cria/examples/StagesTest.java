package dev.cria.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cria.sft.ChatData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of each stage runs after the one before. */
class StagesTest {
    private static final int LONGEST = 80; // lines of a tutorial

    @TempDir
    private Path directory;

    @Test
    void everyStageGoesOnFromTheOneBefore() {
        String at = directory.toString();
        Pretrain.main(new String[] {
            at,
            "training.steps=2",
            "data.batchSize=2",
            "model.hiddenSize=32",
            "model.numHiddenLayers=1",
            "data.heldOut=0.001"
        });
        FineTune.main(new String[] {at, "training.steps=2", "data.heldOut=0.001", "data.answerSamples=0"});
        TrainRewardModel.main(new String[] {at, "training.steps=2", "data.heldOut=0.001"});
        SampleBest.main(new String[] {at, "5"});
        OptimizePolicy.main(new String[] {
            at,
            "training.iterations=1",
            "rollout.batchSize=4",
            "rollout.maxTokens=8",
            "update.miniBatchSize=2",
            "data.heldOutMost=2"
        });

        for (String run : List.of("pretrain", "chat", "reward", "ppo")) {
            assertThat(directory.resolve(run).resolve("checkpoints/latest")).exists();
        }
        assertThat(ChatData.read(directory.resolve("best.jsonl"))).hasSize(5);
    }

    @Test
    void theExamplesAreShort() throws IOException {
        for (Class<?> stage : List.of(
                Pretrain.class, FineTune.class, TrainRewardModel.class, SampleBest.class, OptimizePolicy.class)) {
            Path source = Path.of("src/main/java", stage.getName().replace('.', '/') + ".java");
            try (Stream<String> lines = Files.lines(source)) {
                assertThat(lines.count()).as(source.toString()).isLessThanOrEqualTo(LONGEST);
            }
        }
    }
}
