package dev.cria.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cria.core.config.ConfigLoader;
import dev.cria.model.LlamaPresets;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunMemoryTest {
    private static RunPlan plan(String... settings) {
        return RunPlan.of(ConfigLoader.of(PretrainConfig.class)
                .presets("model", LlamaPresets.presets())
                .set(List.of(settings))
                .load());
    }

    @Test
    void aRunThatCannotFitIsRefusedWithWhatItNeedsAndHowToShrinkIt() {
        RunPlan plan = plan("model.preset=llama2-7b", "data.batchSize=4", "data.contextLength=4096");

        assertThatThrownBy(() -> plan.requireMemory(16_000_000_000L))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("this run needs ")
                .hasMessageContaining("the machine has 16.0 GB: weights 27.0, gradients 27.0, optimizer 53.9")
                .hasMessageContaining("data.batchSize, data.contextLength and training.activationCheckpointing=true");
        assertThatNoException().isThrownBy(() -> plan.requireMemory(plan.totalBytes()));
    }

    @Test
    void recomputingActivationsNeedsLessMemory() {
        assertThat(plan("training.activationCheckpointing=true").activationBytes())
                .isLessThan(plan().activationBytes());
    }
}
