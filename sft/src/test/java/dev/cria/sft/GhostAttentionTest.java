package dev.cria.sft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cria.sft.GhostAttention.Built;
import dev.cria.sft.GhostAttention.Place;
import dev.cria.tokenizer.ChatMessage;
import dev.cria.tokenizer.ChatRole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GhostAttentionTest {
    private static final List<List<String>> QUESTIONS = List.of(List.of("q1", "q2", "q3"), List.of("p1"));
    private static final AnswerSource ECHO = AnswerSource.of(
            dialogue -> "re: " + dialogue.get(dialogue.size() - 1).content());

    @Test
    void answersAreSampledWithTheInstructionInEveryUserMessage() {
        Built built = new GhostAttention(ECHO, Place.FIRST_MESSAGE)
                .build(QUESTIONS, i -> "Act!")
                .get(0);

        assertThat(built.sampled().stream()
                        .filter(m -> m.role() == ChatRole.USER)
                        .map(ChatMessage::content))
                .containsExactly("Act! q1", "Act! q2", "Act! q3");
        assertThat(built.conversation().answers()).containsExactly("re: Act! q1", "re: Act! q2", "re: Act! q3");
    }

    @Test
    void theDataKeepItInTheFirstAloneAndLearnTheLastAnswerAlone() {
        Built built = new GhostAttention(ECHO, Place.FIRST_MESSAGE)
                .build(QUESTIONS, i -> "Act!")
                .get(0);
        assertThat(built.conversation().questions()).containsExactly("Act! q1", "q2", "q3");
        assertThat(built.conversation().learned()).containsExactly(false, false, true);
    }

    @Test
    void theControlIsSampledWithTheInstructionInTheFirstUserMessageAlone() {
        Built built = new GhostAttention(ECHO, Place.FIRST_MESSAGE)
                .withoutReminders()
                .build(QUESTIONS, i -> "Act!")
                .get(0);
        assertThat(built.conversation().questions()).containsExactly("Act! q1", "q2", "q3");
        assertThat(built.conversation().answers()).containsExactly("re: Act! q1", "re: q2", "re: q3");
        assertThat(built.conversation().learned()).containsExactly(false, false, true);
    }

    @Test
    void orInASystemMessage() {
        Built built = new GhostAttention(ECHO, Place.SYSTEM)
                .build(QUESTIONS, i -> "Act!")
                .get(1);
        assertThat(built.conversation().messages())
                .containsExactly(
                        ChatMessage.system("Act!"), ChatMessage.user("p1"), ChatMessage.assistant("re: Act! p1"));
    }

    @Test
    void aDialogueWithAnEmptyAnswerIsLeftOut() {
        AnswerSource silentInTurnTwo = AnswerSource.of(dialogue -> dialogue.size() == 3 ? "" : "yes");
        assertThat(new GhostAttention(silentInTurnTwo, Place.FIRST_MESSAGE).build(QUESTIONS, i -> "Act!"))
                .singleElement()
                .matches(built -> built.number() == 1);
    }

    @Test
    void aDialogueThatGrowsTooLongIsLeftOut() {
        // Three questions of seven letters, and two answers before the last one, are 27.
        assertThat(new GhostAttention(new Shortsighted(26), Place.FIRST_MESSAGE).build(QUESTIONS, i -> "Act!"))
                .singleElement()
                .matches(built -> built.number() == 1);
        assertThat(new GhostAttention(new Shortsighted(27), Place.FIRST_MESSAGE).build(QUESTIONS, i -> "Act!"))
                .hasSize(2);
    }

    @Test
    void combinationsAreRandomAndHalfOfThemTerse() {
        InstructionSet set = InstructionSet.builtIn();
        List<InstructionSet.Drawn> drawn =
                IntStream.range(0, 400).mapToObj(i -> set.draw(1, i, 0.5)).toList();

        assertThat(drawn.stream().map(InstructionSet.Drawn::text).distinct().count())
                .isGreaterThan(200);
        assertThat(drawn.stream().map(d -> d.values().size()).distinct()).containsExactlyInAnyOrder(1, 2, 3);
        // Four standard deviations of a fair coin.
        assertThat(drawn.stream().filter(d -> d.text().contains(":")).count()).isBetween(160L, 240L);
        assertThat(set.draw(1, 7, 0.5)).isEqualTo(set.draw(1, 7, 0.5));
        assertThat(set.draw(1, 7, 1).text()).contains(":");
    }

    @Test
    void theUsersOwnListsAreReadAndChecked(@TempDir Path directory) throws IOException {
        Path good = Files.writeString(
                directory.resolve("good.yaml"),
                "kinds: [{name: form, full: 'Answer in {value}.', terse: 'Form: {value}.', values: [haiku]}]");
        assertThat(InstructionSet.read(good).draw(1, 0, 0).text()).isEqualTo("Answer in haiku.");
        Path bad = Files.writeString(
                directory.resolve("bad.yaml"), "kinds: [{name: form, full: Answer, terse: 'F: {value}', values: [a]}]");
        assertThatThrownBy(() -> InstructionSet.read(bad))
                .hasMessageContaining("bad.yaml")
                .hasMessageContaining("{value}");
    }
}
