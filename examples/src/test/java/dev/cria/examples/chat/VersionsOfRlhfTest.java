package dev.cria.examples.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VersionsOfRlhfTest {
    @TempDir
    private Path directory;

    /** Only that all steps fit together: models this small learn nothing. */
    @Test
    @Tag("recipe")
    void twoVersionsAreTrainedAndJudged() {
        Size tiny = new Size(32, 1, 500, 40_000, 20, 1, 60, 20);
        List<VersionsJudged.Row> rows = VersionsOfRlhf.measure(
                1,
                tiny,
                directory,
                List.of(
                        "versions=2",
                        "ppoFrom=2",
                        "temperatures=[]",
                        "bestOf.samples=2",
                        "bestOf.missingEos=keep",
                        "ppo.training.iterations=1",
                        "ppo.rollout.batchSize=8"));
        assertThat(rows).extracting(VersionsJudged.Row::version).containsExactly(0, 1, 2);
        assertThat(rows.get(0).againstStart().rate()).isEqualTo(0.5); // itself
        assertThat(rows.get(2).againstStart().count()).isEqualTo(20);
        assertThat(rows.get(0).klPerToken()).isZero();
        assertThat(rows.get(2).klPerToken()).isPositive();
    }
}
