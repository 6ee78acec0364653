package dev.cria.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cria.core.config.ConfigLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LlamaPresetsTest {
    /** Counts of the published checkpoints; the 34B model was never released: its count follows from its sizes. */
    @ParameterizedTest
    @CsvSource({
        "llama2-7b, 6738415616",
        "llama2-13b, 13015864320",
        "llama2-34b, 33743970304",
        "llama2-70b, 68976648192",
        "XS, 1262720",
        "S, 15191712"
    })
    void hasThePublishedNumberOfWeights(String name, long count) {
        assertThat(LlamaPresets.named(name).parameterCount()).isEqualTo(count);
    }

    @ParameterizedTest
    @CsvSource({"4096, 1, 256, 11008", "5120, 1, 256, 13824", "8192, 1, 256, 22016", "8192, 1.3, 4096, 28672"})
    void theFeedForwardRuleGivesThePublishedWidths(int hidden, double multiplier, int multipleOf, int width) {
        assertThat(LlamaPresets.ffnSize(hidden, multiplier, multipleOf)).isEqualTo(width);
    }

    @Test
    void thePresetTinyIsTheDefault() {
        assertThat(LlamaPresets.named("tiny")).isEqualTo(LlamaConfig.defaults());
    }

    @Test
    void anUnknownNameListsTheKnownOnes() {
        assertThatThrownBy(() -> LlamaPresets.named("8B")).hasMessageContaining("llama2-7b");
    }

    @Test
    void theHeadSizeFollowsTheHiddenSize() {
        LlamaConfig config = ConfigLoader.of(LlamaConfig.class)
                .set("hiddenSize=96")
                .set("numAttentionHeads=2")
                .set("numKeyValueHeads=1")
                .load();

        assertThat(config.headSize()).isEqualTo(48);
        assertThat(config.keyValueWidth()).isEqualTo(48);
    }
}
