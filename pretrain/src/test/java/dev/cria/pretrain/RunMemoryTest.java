package dev.cria.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cria.core.config.ConfigLoader;
import dev.cria.model.LlamaPresets;
import dev.cria.model.TrainingMemory;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunMemoryTest {
    private static TrainingMemory plan(String... settings) {
        return RunPlan.of(ConfigLoader.of(PretrainConfig.class)
                        .presets("model", LlamaPresets.presets())
                        .set(List.of(settings))
                        .load())
                .memory();
    }

    @Test
    void aRunThatCannotFitIsRefusedWithWhatItNeedsAndHowToShrinkIt() {
        TrainingMemory plan = plan("model.preset=llama2-7b", "data.batchSize=4", "data.contextLength=4096");

        assertThatThrownBy(() -> plan.require(16_000_000_000L))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("this run needs ")
                .hasMessageContaining("the machine has 16.0 GB: weights 27.0, gradients 27.0, optimizer 53.9")
                .hasMessageContaining("data.batchSize, data.contextLength and training.activationCheckpointing=true");
        assertThatNoException().isThrownBy(() -> plan.require(plan.total()));
    }

    @Test
    void recomputingActivationsNeedsLessMemory() {
        assertThat(plan("training.activationCheckpointing=true").activations()).isLessThan(plan().activations());
    }

    @Test
    void frozenWeightsHaveNeitherGradientsNorMomentsNorAnAverage() {
        TrainingMemory all = plan("training.averageDecay=0.99");
        TrainingMemory some =
                plan("training.averageDecay=0.99", "training.frozen=[model.embed_tokens.*, model.layers.*]");

        long trained = Float.BYTES * 128L; // of the tiny model: the last norm's gain
        assertThat(some.weights()).isEqualTo(all.weights());
        assertThat(some.gradients()).isEqualTo(trained);
        assertThat(some.optimizer()).isEqualTo(2 * trained);
        assertThat(some.average()).isEqualTo(trained);
        assertThat(some.staging()).isEqualTo(all.weights() + 3 * trained);
        assertThat(some.activations()).isGreaterThan(all.activations()); // no gradient is there to lend room
    }

    @Test
    void aScalarHeadSparesTheLogitsAndTheLanguageHead() {
        PretrainConfig config = ConfigLoader.of(PretrainConfig.class)
                .presets("model", LlamaPresets.presets())
                .set("model.preset=llama2-7b")
                .load();
        TrainingMemory language = TrainingMemory.of(config.model(), 4096, config.training(), config.checkpoint());
        TrainingMemory scalar = TrainingMemory.ofScalar(config.model(), 4096, config.training(), config.checkpoint());

        assertThat(language.weights() - scalar.weights()).isEqualTo(4L * (32_000 - 1) * 4096);
        assertThat(scalar.activations()).isEqualTo(language.activations());
        assertThat(scalar.logits()).isZero();
    }
}
