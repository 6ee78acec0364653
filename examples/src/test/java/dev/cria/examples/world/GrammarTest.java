package dev.cria.examples.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GrammarTest {
    private static final Map<String, String> SCENE = Map.of("name", "Mira", "he", "she", "kind", "owl", "pet", "cat");

    @Test
    void slotsTakeCapitalsAndArticles() {
        assertThat(told("{Name} has {a kind} and {a pet}. {He} is glad. {A kind}!"))
                .containsExactly("Mira has an owl and a cat. She is glad. An owl!");
    }

    @Test
    void choicesNestAndEveryOneIsTaken() {
        assertThat(told("[a|b[c|d]]e")).containsExactlyInAnyOrder("ae", "bce", "bde");
    }

    @Test
    void symbolsAreToldByTheirSections() {
        Grammar grammar = grammar(Map.of("story", List.of("<who>!"), "who", List.of("{name}")));
        assertThat(grammar.say("story", SCENE, Draws.of(1, "test", 0))).isEqualTo("Mira!");
    }

    @Test
    void mistakesInATemplateNameTheLineAndTheColumn() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> told("one [two"))
                .withMessage("test.txt: a [ without its ] at column 9 of: one [two");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> told("one ] two"))
                .withMessage("test.txt: an unexpected ] at column 5 of: one ] two");
        assertThatIllegalArgumentException().isThrownBy(() -> told("{name")).withMessageContaining("no }");
        assertThatIllegalArgumentException().isThrownBy(() -> told("{town}")).withMessageContaining("{town}");
        assertThatIllegalArgumentException().isThrownBy(() -> told("<town>")).withMessageContaining("\"town\"");
    }

    /** All that forty tellings of one line come to. */
    private static Set<String> told(String line) {
        Grammar grammar = grammar(Map.of("line", List.of(line)));
        Set<String> told = new HashSet<>();
        for (int i = 0; i < 40; i++) {
            told.add(grammar.say("line", SCENE, Draws.of(1, "test", i)));
        }
        return told;
    }

    private static Grammar grammar(Map<String, List<String>> sections) {
        return new Grammar(new Sections("test.txt", sections));
    }
}
