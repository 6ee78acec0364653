package dev.cria.examples.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cria.examples.feedback.Annotators.Comparison;
import dev.cria.examples.world.Instruction;
import dev.cria.examples.world.Instructions;
import dev.cria.examples.world.Split;
import dev.cria.examples.world.ToyWorld;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class FactComparisonsTest {
    private final List<Instruction> questions = new Instructions(ToyWorld.of(1)).of(Split.TRAIN);
    private final List<Comparison> comparisons = new FactComparisons(questions, 1).of(Annotators.of(1), 2000);

    @Test
    void annotatorsPreferTheRightFact() {
        Map<String, Instruction> byText =
                questions.stream().collect(Collectors.toMap(Instruction::text, Function.identity(), (a, b) -> a));
        long right = 0;
        long facts = 0;
        for (Comparison comparison : comparisons) {
            String reference = byText.get(
                            comparison.preference().prompt().get(0).content())
                    .reference();
            boolean chosen = comparison.preference().chosen().equals(reference);
            boolean rejected = comparison.preference().rejected().equals(reference);
            facts += chosen != rejected ? 1 : 0;
            right += chosen && !rejected ? 1 : 0;
        }
        assertThat(facts).isBetween(700L, 1300L);
        assertThat((double) right / facts).isGreaterThan(0.8);
    }

    @Test
    void theSameSeedComparesTheSame() {
        assertThat(new FactComparisons(questions, 1).of(Annotators.of(1), 100)).isEqualTo(comparisons.subList(0, 100));
        assertThat(new FactComparisons(questions, 2).of(Annotators.of(1), 100))
                .isNotEqualTo(comparisons.subList(0, 100));
        assertThat(comparisons)
                .extracting(
                        comparison -> comparison.preference().prompt().get(0).content())
                .isSubsetOf(questions.stream().map(Instruction::text).toList());
    }
}
