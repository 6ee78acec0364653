package dev.cria.core.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cria.core.autograd.Parameters;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

class NamePatternsTest {
    @Test
    void aStarIsAnyCharactersAndAQuestionMarkIsOne() {
        assertThat(List.of("layers.0.up", "layers.10.up", "layers.0.down", "layersx0xup"))
                .filteredOn(NamePatterns.anyOf(List.of("layers.?.up", "*.down")))
                .containsExactly("layers.0.up", "layers.0.down");
    }

    @Test
    void whatIsFrozenMustBeThereAndMustNotBeAll() {
        try (Parameters weights = Parameters.frozen(
                DataType.FLOAT,
                DataType.FLOAT,
                List.of(new Parameters.Spec("embed.weight", 2, 2), new Parameters.Spec("norm.weight", 2)))) {
            NamePatterns.check(List.of(), weights);
            NamePatterns.check(List.of("embed.*"), weights);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> NamePatterns.check(List.of("embed.*", "embedding"), weights))
                    .withMessageStartingWith("training.frozen: no weight is named like 'embedding'");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> NamePatterns.check(List.of("embed.*", "norm.*"), weights))
                    .withMessage("training.frozen: [embed.*, norm.*] leave no weight to train; freeze fewer");
        }
    }
}
