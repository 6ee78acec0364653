package dev.cria.sft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cria.core.data.RaggedBatch;
import dev.cria.tokenizer.ChatFormat;
import dev.cria.tokenizer.ChatRole;
import dev.cria.tokenizer.ChatTokens;
import dev.cria.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Tokens, roles and what is learned of each data form, against files that SentencePiece made and a person can read. */
class GoldenRowsTest {
    private final Tokenizer tokenizer = TestFiles.bpe();

    @Test
    void chatData() throws IOException {
        check("chat", ChatData.read(TestFiles.golden("chat.jsonl")), ChatFormat.llama2(tokenizer), tokenizer);
    }

    @Test
    void alpaca() throws IOException {
        check(
                "alpaca",
                ChatImport.ALPACA.read(TestFiles.golden("alpaca.json")),
                ChatFormat.llama2(tokenizer),
                tokenizer);
    }

    @Test
    void shareGpt() throws IOException {
        check(
                "sharegpt",
                ChatImport.SHAREGPT.read(TestFiles.golden("sharegpt.json")),
                ChatFormat.llama2(tokenizer),
                tokenizer);
    }

    @Test
    void gsm8k() throws IOException {
        check("gsm8k", ChatImport.GSM8K.read(TestFiles.golden("gsm8k.jsonl")), ChatFormat.llama2(tokenizer), tokenizer);
    }

    @Test
    void theSeparatorsFormat() throws IOException {
        var separating = TestFiles.bpe().withControlPiece("<sep>");
        check(
                "separated",
                ChatData.read(TestFiles.golden("chat.jsonl")),
                ChatFormat.separated(separating, "<sep>"),
                separating);
    }

    private static void check(String name, List<Conversation> conversations, ChatFormat format, Tokenizer tokenizer)
            throws IOException {
        ChatRows rows = new ChatRows(format, 1000, Overlong.DROP);
        conversations.forEach(rows::add);
        StringBuilder text = new StringBuilder("# version 1; made by make_fixtures.py: id, role, learned, piece\n");
        for (int i = 0; i < rows.rows().size(); i++) {
            ChatTokens chat = format.encode(conversations.get(i).messages());
            text.append('\n').append(render(rows.rows().get(i), chat.roles(), tokenizer));
        }
        assertThat(text.toString()).isEqualTo(Files.readString(TestFiles.golden(name + ".txt")));
    }

    private static String render(ChatRow row, List<ChatRole> roles, Tokenizer tokenizer) {
        StringBuilder text = new StringBuilder();
        for (int t = 0; t < row.length(); t++) {
            boolean learned = t > 0 && row.targets()[t - 1] != RaggedBatch.NO_TARGET;
            assertThat(learned && row.targets()[t - 1] != row.tokens()[t])
                    .as("a target that is not the next token")
                    .isFalse();
            text.append(String.format(
                    Locale.ROOT,
                    "%5d  %-9s  %s  %s%n",
                    row.tokens()[t],
                    roles.get(t).id(),
                    learned ? "yes" : "  -",
                    tokenizer.piece(row.tokens()[t])));
        }
        return text.toString();
    }
}
