package dev.cria.rlhf.iterate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cria.core.config.ConfigLoader;
import dev.cria.rlhf.Comparisons;
import dev.cria.rlhf.iterate.PreferenceCollection.Task;
import dev.cria.rlhf.preference.Preference;
import dev.cria.rlhf.preference.PreferenceData;
import dev.cria.rlhf.sampling.RewardModelsConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoundsTest {
    @TempDir
    private Path run;

    private Path round;

    @BeforeEach
    void makeRound() throws IOException {
        round = Files.createDirectory(run.resolve("round-01"));
    }

    private Rounds rounds(String... settings) {
        RlhfConfig config =
                ConfigLoader.of(RlhfConfig.class).set(List.of(settings)).load();
        return new Rounds(config, run, RoundLedger.open(run), List.of());
    }

    private void done(String step) {
        RoundLedger.open(run).add(new RoundLedger.Entry(1, step, Map.of(), "round-01/" + step, Map.of()));
    }

    @Test
    void everyVersionDrawsItsOwnNumbersAndTheKeysCount() {
        Rounds rounds = rounds("ppoFrom=3", "ppo.training.seed=7");
        assertThat(rounds.ppoSeed(3)).isEqualTo(7);
        assertThat(rounds.ppoSeed(4)).isNotEqualTo(rounds.ppoSeed(3));
        assertThat(rounds.samplingSeed(2)).isNotEqualTo(rounds.samplingSeed(1));
        assertThat(rounds("bestOf.seed=2").samplingSeed(1)).isNotEqualTo(rounds.samplingSeed(1));
    }

    @Test
    void howWellASafetyModelMustBeCalibratedIsAKey() {
        done("helpfulness");
        RewardModelsConfig rewards = rounds("ppo.reward.leastPrecision=0.9", "ppo.reward.leastRecall=0.8")
                .rewards(1);
        assertThat(rewards.leastPrecision()).isEqualTo(0.9);
        assertThat(rewards.leastRecall()).isEqualTo(0.8);
    }

    @Test
    void aSafetyModelThatNothingIsHeldOutForIsRefusedByTheKeysOfTheRun() {
        done("helpfulness");
        done("safety");
        assertThatThrownBy(() -> rounds().rewards(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("collection.heldOut")
                .hasMessageContaining("forceSafety");
        assertThat(rounds("forceSafety=true").rewards(1).safety()).isEqualTo(run.resolve("round-01/safety"));
    }

    @Test
    void theSafetyModelLearnsFromLabelledComparisons() {
        List<Preference> labelled = Comparisons.kind(3, "labelled");
        Preference unlabelled =
                Comparisons.unlabelled(Comparisons.kind(1, "unlabelled").get(0));
        PreferenceData.write(round.resolve("safety.jsonl"), List.of(labelled.get(0), unlabelled, labelled.get(2)));
        assertThat(rounds().learned(1, Task.SAFETY)).containsExactly(labelled.get(0), labelled.get(2));
        assertThat(rounds().preferences(1, Task.SAFETY)).hasSize(3);
        assertThat(rounds("safety.loss.safetyWeight=0").learned(1, Task.SAFETY)).hasSize(3);
    }
}
