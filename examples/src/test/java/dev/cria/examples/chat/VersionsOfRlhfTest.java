package dev.cria.examples.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cria.rlhf.iterate.WinRate;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** V1 to V5 in the toy world: quickly, that it runs; nightly, that each version is worth having. */
class VersionsOfRlhfTest {
    private static final Logger LOG = LoggerFactory.getLogger(VersionsOfRlhfTest.class);
    private static final double KL_CAP = 0.5; // nats a token of a version's own answers, from the first model

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

    /** What RLHF is for: better than what it began with, version after version, without going far from it. */
    @Tag("nightly")
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void versionsGetBetter(long seed) {
        List<VersionsJudged.Row> rows = VersionsOfRlhf.measure(seed, VersionsOfRlhf.standard(), directory, List.of());
        rows.forEach(row -> LOG.info("seed {}, {}", seed, row));
        VersionsJudged.Row first = rows.get(0);
        VersionsJudged.Row last = rows.get(5);
        assertThat(last.againstStart().count()).isGreaterThanOrEqualTo(500);
        assertThat(last.againstStart().lower()).isGreaterThan(0.5);
        for (int version = 1; version < rows.size(); version++) {
            WinRate rate = rows.get(version).againstStart();
            double before = rows.get(version - 1).againstStart().rate();
            assertThat(rate.rate()).as("V%d", version).isGreaterThanOrEqualTo(before - 2 * rate.standardError());
            assertThat(rows.get(version).klPerToken()).as("V%d", version).isLessThan(KL_CAP);
        }
        assertThat(last.violations()).isLessThan(first.violations());
        assertThat(last.helpfulness()).isGreaterThanOrEqualTo(first.helpfulness() - 0.02);
    }
}
