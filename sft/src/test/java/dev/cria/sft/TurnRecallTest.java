package dev.cria.sft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cria.sft.TurnRecall.Script;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TurnRecallTest {
    /** Keeps its instruction for five turns, that is nine messages. */
    private static final AnswerSource FORGETFUL = AnswerSource.of(dialogue -> dialogue.size() <= 9 ? "Moo!" : "Yes.");

    private static final TurnRecall.Judge MOO = (dialogue, turn, answer) -> answer.contains("Moo") ? 1 : 0;

    @Test
    void recallIsMeasuredTurnByTurnWithTheInstructionToldOnce() {
        Script script = new Script("Say moo.", Collections.nCopies(20, "Well?"));

        TurnRecall.Result result = new TurnRecall(FORGETFUL, MOO, TurnRecall.PAPER_TURNS).measure(List.of(script));

        assertThat(result.recall())
                .containsExactly(Map.entry(2, 1.0), Map.entry(4, 1.0), Map.entry(6, 0.0), Map.entry(20, 0.0));
        assertThat(result.dialogues().get(0)).hasSize(40);
        assertThat(result.dialogues().get(0).get(0).content()).isEqualTo("Say moo. Well?");
        assertThat(result.dialogues().get(0).get(2).content()).isEqualTo("Well?");
    }

    @Test
    void aDialogueThatOutgrowsTheModelCountsAsForgottenFromThereOn() {
        TurnRecall.Judge yes = (dialogue, turn, answer) -> 1;
        List<Script> scripts = List.of(
                new Script("Hm.", List.of("a", "b", "c")),
                new Script("Hm.", List.of("a", "b".repeat(50), "c")),
                new Script("Hm.", List.of("a".repeat(50), "b", "c")));

        TurnRecall.Result result = new TurnRecall(new Shortsighted(40), yes, List.of(1, 2, 3)).measure(scripts);

        assertThat(result.recall())
                .containsExactly(Map.entry(1, 2 / 3.0), Map.entry(2, 1 / 3.0), Map.entry(3, 1 / 3.0));
        assertThat(result.tooLong()).isEqualTo(2);
        assertThat(result.dialogues()).extracting(List::size).containsExactly(6, 2, 0);
    }

    @Test
    void tooFewQuestionsAndNoTurnsAreRefused() {
        TurnRecall recall = new TurnRecall(FORGETFUL, MOO, List.of(4));
        assertThatThrownBy(() -> recall.measure(List.of(new Script("a", List.of("b")))))
                .hasMessageContaining("dialogue 0 has 1 questions, but turn 4");
        assertThatThrownBy(() -> new TurnRecall(FORGETFUL, MOO, List.of())).hasMessageContaining("turns");
    }
}
