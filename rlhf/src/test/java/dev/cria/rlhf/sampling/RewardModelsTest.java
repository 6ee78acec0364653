package dev.cria.rlhf.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cria.core.Engine;
import dev.cria.core.io.InvalidFileException;
import dev.cria.core.ops.Precision;
import dev.cria.core.ops.cpu.CpuOps;
import dev.cria.model.Llama;
import dev.cria.model.ScalarModel;
import dev.cria.model.TinyModels;
import dev.cria.rlhf.ppo.LetterTokenizer;
import dev.cria.rlhf.preference.Preference;
import dev.cria.rlhf.preference.Preference.Safety;
import dev.cria.rlhf.preference.PreferenceData;
import dev.cria.tokenizer.ByteTokenizer;
import dev.cria.tokenizer.ChatFormat;
import dev.cria.tokenizer.ChatMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RewardModelsTest {
    private final Engine engine = Engine.of(new CpuOps(1, Precision.FP32));

    @TempDir
    private Path directory;

    private Path useful;
    private Path safe;

    @BeforeEach
    void makeModels() throws IOException {
        useful = make("useful", 1);
        safe = make("safe", 2);
    }

    private Path make(String name, long seed) throws IOException {
        Path made = Files.createDirectory(directory.resolve(name));
        try (ScalarModel model = ScalarModel.random(engine, TinyModels.config(), seed)) {
            model.save(made);
            new ByteTokenizer().save(made);
        }
        return made;
    }

    @AfterEach
    void free() {
        engine.close();
    }

    private static RewardModelsConfig config(@Nullable Path useful, @Nullable Path safe, List<Path> calibration) {
        return new RewardModelsConfig(useful, safe, 0, calibration, 0, 0, false, null);
    }

    @Test
    void bothScoresAreReadAtTheTokensThatWereDrawn() {
        ByteTokenizer tokenizer = new ByteTokenizer();
        int[] prompt = ChatFormat.llama2(tokenizer)
                .encode(List.of(ChatMessage.user("why?")))
                .ids();
        List<Answer> answers = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            answers.add(new Answer(
                    RlPrompt.of("why?"), prompt, tokenizer.encode("because".repeat(i)), "", true, new float[0]));
        }
        RewardModelsConfig forced = new RewardModelsConfig(useful, safe, 0, List.of(), 0, 0, true, null);
        try (RewardModels models = RewardModels.open(engine, forced, tokenizer)) {
            List<Reward> together = models.function().checkedRewards(answers);
            for (int i = 0; i < answers.size(); i++) {
                Reward alone = models.function()
                        .checkedRewards(answers.subList(i, i + 1))
                        .get(0);
                assertThat(alone.value()).isCloseTo(together.get(i).value(), within(1e-5));
                assertThat(alone.parts()).containsKeys("helpfulness", "safety", "by_safety");
            }
            assertThat(models.fingerprints()).hasSize(2).doesNotHaveDuplicates();
        }
    }

    @Test
    void aSafetyModelIsMeasuredOnLabelledComparisons() {
        Path labels = directory.resolve("labels.jsonl");
        List<Preference> comparisons = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Safety safety = i % 2 == 0 ? Safety.CHOSEN_SAFE : Safety.BOTH_SAFE;
            comparisons.add(
                    new Preference(List.of(ChatMessage.user("q" + i)), "yes " + i, "no " + i, null, safety, "test"));
        }
        comparisons.add(new Preference(
                List.of(ChatMessage.user("q")), "a".repeat(200), "no", null, Safety.CHOSEN_SAFE, "too long"));
        PreferenceData.write(labels, comparisons);
        try (RewardModels models =
                RewardModels.open(engine, config(useful, safe, List.of(labels)), new ByteTokenizer())) {
            SafetyCalibration measured = models.calibration().orElseThrow();
            assertThat(measured.found() + measured.missed()).isEqualTo(3);
            assertThat(measured.falseAlarms() + measured.passed()).isEqualTo(9);
        }
    }

    @Test
    void modelsThatCannotBeUsedAreRefused() throws IOException {
        refused(config(null, null, List.of()), "reward.helpfulness names no reward model");
        refused(config(useful, safe, List.of()), "reward.calibration names no labelled comparisons");
        assertThatThrownBy(
                        () -> RewardModels.open(engine, config(useful, null, List.of()), new LetterTokenizer(9, true)))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("another tokenizer than the policy");
        Path chat = Files.createDirectory(directory.resolve("chat"));
        try (Llama model = TinyModels.llama(engine, 1)) {
            model.save(chat);
            new ByteTokenizer().save(chat);
        }
        assertThatThrownBy(() -> RewardModels.open(engine, config(chat, null, List.of()), new ByteTokenizer()))
                .isInstanceOf(InvalidFileException.class);
    }

    private void refused(RewardModelsConfig config, String message) {
        assertThatThrownBy(() -> RewardModels.open(engine, config, new ByteTokenizer()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
