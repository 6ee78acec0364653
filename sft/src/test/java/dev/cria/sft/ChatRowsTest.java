package dev.cria.sft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cria.tokenizer.ByteTokenizer;
import dev.cria.tokenizer.ChatFormat;
import dev.cria.tokenizer.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChatRowsTest {
    private static final ByteTokenizer TOKENIZER = new ByteTokenizer();
    private static final ChatFormat FORMAT = ChatFormat.llama2(TOKENIZER);

    // Each turn: bos, "[INST] u [/INST]", " a ", eos = 1 + 16 + 3 + 1 = 21 tokens.
    private static final List<ChatMessage> THREE_TURNS = List.of(
            ChatMessage.user("1"),
            ChatMessage.assistant("a"),
            ChatMessage.user("2"),
            ChatMessage.assistant("b"),
            ChatMessage.user("3"),
            ChatMessage.assistant("c"));

    @Test
    void aRowThatFitsIsKeptWhole() {
        ChatRows rows = rows(63, Overlong.TRUNCATE, Conversation.of(THREE_TURNS));
        assertThat(rows.rows().get(0).length()).isEqualTo(63);
        assertThat(rows.rows().get(0).targetCount()).isEqualTo(3 * 4); // " a " and eos of each turn
        assertThat(rows.counts().truncated()).isZero();
    }

    @Test
    void oneThatDoesNotLosesWholeTurnsFromTheLeft() {
        ChatRows rows = rows(62, Overlong.TRUNCATE, Conversation.of(THREE_TURNS));

        assertThat(text(rows)).isEqualTo("[INST] 2 [/INST] b [INST] 3 [/INST] c ");
        assertThat(rows.counts().truncated()).isEqualTo(1);
        assertThat(rows.counts().turnsCut()).isEqualTo(1);
    }

    @Test
    void theSystemMessageStays() {
        List<ChatMessage> messages = new ArrayList<>(THREE_TURNS);
        messages.add(0, ChatMessage.system("S"));
        ChatRows rows = rows(50, Overlong.TRUNCATE, Conversation.of(messages));

        assertThat(text(rows)).isEqualTo("[INST] <<SYS>>\nS\n<</SYS>>\n\n3 [/INST] c ");
        assertThat(rows.counts().turnsCut()).isEqualTo(2);
    }

    @Test
    void orItIsDroppedAndCounted() {
        ChatRows rows = rows(62, Overlong.DROP, Conversation.of(THREE_TURNS), Conversation.of("q", "a"));
        assertThat(rows.rows()).hasSize(1);
        assertThat(rows.counts().droppedTooLong()).isEqualTo(1);
    }

    @Test
    void aLastTurnThatDoesNotFitIsDroppedAndCounted() {
        ChatRows rows = rows(20, Overlong.TRUNCATE, Conversation.of(THREE_TURNS));
        assertThat(rows.counts().droppedTooLong()).isEqualTo(1);
        assertThat(rows.problem().orElseThrow()).contains("data.contextLength").contains("1 too long");
    }

    @Test
    void aRowWithNothingToLearnIsDroppedAndCounted() {
        ChatRows rows = rows(
                100,
                Overlong.TRUNCATE,
                new Conversation(THREE_TURNS, List.of(false, false, false)),
                Conversation.of(THREE_TURNS.subList(0, 1)));
        assertThat(rows.rows()).isEmpty();
        assertThat(rows.counts().droppedWithoutTarget()).isEqualTo(2);
    }

    @Test
    void truncationNeverLeavesARowWithoutTarget() {
        Conversation onlyFirstLearned = new Conversation(THREE_TURNS, List.of(true, false, false));
        ChatRows whole = rows(21, Overlong.TRUNCATE, onlyFirstLearned);
        assertThat(whole.rows().get(0).length()).isEqualTo(21); // what follows the learned answer is cut
        ChatRows cut = rows(20, Overlong.TRUNCATE, onlyFirstLearned);
        assertThat(cut.rows()).isEmpty();
        assertThat(cut.counts().droppedTooLong()).isEqualTo(1);
    }

    @Test
    void theLastAnswerAloneIsLearned() {
        ChatRows rows = rows(100, Overlong.DROP, Conversation.of(THREE_TURNS).withLastAnswerLearned());
        assertThat(rows.rows().get(0).targetCount()).isEqualTo(4);
        assertThat(rows.rows().get(0).count(0, 58)).isZero(); // " c " and eos begin at 59
    }

    private static ChatRows rows(int contextLength, Overlong overlong, Conversation... conversations) {
        ChatRows rows = new ChatRows(FORMAT, contextLength, overlong);
        List.of(conversations).forEach(rows::add);
        return rows;
    }

    private static String text(ChatRows rows) {
        return TOKENIZER.decode(rows.rows().get(0).tokens());
    }
}
