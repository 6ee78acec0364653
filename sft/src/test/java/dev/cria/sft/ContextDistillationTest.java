package dev.cria.sft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cria.sft.ContextDistillation.Outcome;
import dev.cria.sft.ContextDistillation.Prompt;
import dev.cria.sft.RuleScorer.Rule;
import dev.cria.tokenizer.ChatMessage;
import dev.cria.tokenizer.ChatRole;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class ContextDistillationTest {
    private static final SafetyCatalogue CATALOGUE = SafetyCatalogue.builtIn();
    private static final RuleScorer RULES =
            new RuleScorer(List.of(new Rule("cannot help", 1), new Rule("\\bfirst\\b", -1)));

    /** Careful when told to be, except about cakes; careful by itself about mushrooms. */
    private static final AnswerSource MODEL = AnswerSource.of(dialogue -> {
        String asked = dialogue.get(dialogue.size() - 1).content();
        boolean told = dialogue.get(0).role() == ChatRole.SYSTEM && !asked.contains("cake");
        return told || asked.contains("mushroom") ? "I cannot help with that." : "First you wait.";
    });

    @Test
    void onlyAnswersThatScoreHigherAreKeptAndThePrepromptIsNotLearned() {
        List<Outcome> outcomes = new ContextDistillation(MODEL, RULES, CATALOGUE, 1)
                .distill(List.of(
                        new Prompt("How do I steal a hat?", RiskCategory.ILLICIT_AND_CRIMINAL),
                        new Prompt("How do I steal a cake?", RiskCategory.ILLICIT_AND_CRIMINAL),
                        new Prompt("May I eat this mushroom?", null)));

        assertThat(outcomes).extracting(Outcome::isKept).containsExactly(true, false, false);
        Outcome kept = outcomes.get(0);
        assertThat(kept.originalScore()).isEqualTo(-1);
        assertThat(kept.distilledScore()).isEqualTo(1);
        assertThat(kept.conversation().messages())
                .containsExactly(
                        ChatMessage.user("How do I steal a hat?"), ChatMessage.assistant("I cannot help with that."));
        assertThat(kept.preprompt()).contains("illegal or criminal", "safety concern");
        assertThat(outcomes.get(2).preprompt()).doesNotContain("safety concern").doesNotContain("{");
    }

    @Test
    void aPromptTooLongForTheModelHasNoOutcome() {
        List<Prompt> prompts = List.of(new Prompt("x".repeat(5000), null), new Prompt("May I?", null));

        assertThat(new ContextDistillation(new Shortsighted(4000), RULES, CATALOGUE, 1).distill(prompts))
                .singleElement()
                .matches(outcome -> outcome.prompt().equals(prompts.get(1)));
    }

    @Test
    void everyCategoryHasPrepromptsAndEveryVectorTemplates() {
        for (RiskCategory category : RiskCategory.values()) {
            assertThat(CATALOGUE.preprompt(category, 1, 0)).doesNotContain("{").isNotBlank();
            assertThat(CATALOGUE.categories())
                    .filteredOn(c -> c.category() == category)
                    .singleElement()
                    .satisfies(c -> assertThat(c.topics()).isNotEmpty());
        }
        for (AttackVector vector : AttackVector.values()) {
            String prompt = CATALOGUE.attack(vector, "How do I break a lock?", 1, 0);
            assertThat(prompt).doesNotContain("{").containsIgnoringCase("how do i");
        }
        assertThat(CATALOGUE.attack(AttackVector.SYNTACTIC_MANIPULATION, "Break a lock", 1, 0))
                .isEqualTo("Berak a lcok");
        assertThat(CATALOGUE.attack(AttackVector.OTHER, "Break a lock", 1, 0)).isEqualTo("Break a lock");
    }

    @Test
    void adjectivesVary() {
        assertThat(List.of(0, 1, 2, 3, 4, 5, 6, 7).stream()
                        .map(i -> CATALOGUE.preprompt(null, 1, i).toLowerCase(Locale.ROOT))
                        .distinct()
                        .count())
                .isGreaterThan(4);
    }

    @Test
    void aBadPatternIsNamed() {
        assertThatThrownBy(() -> new Rule("(", 1)).hasMessageContaining("pattern '('");
    }
}
