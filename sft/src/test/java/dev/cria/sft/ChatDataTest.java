package dev.cria.sft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cria.core.io.InvalidFileException;
import dev.cria.tokenizer.ByteTokenizer;
import dev.cria.tokenizer.ChatFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChatDataTest {
    private static final String GOOD =
            "{'messages': [{'role': 'user', 'content': 'a'}, {'role': 'assistant', 'content': 'b'}]}";

    @TempDir
    private Path directory;

    @Test
    void whatIsWrittenIsReadAgain() {
        Path file = directory.resolve("chat.jsonl");
        List<Conversation> conversations = ChatData.read(TestFiles.golden("chat.jsonl"));

        ChatData.write(file, conversations);

        assertThat(ChatData.read(file)).isEqualTo(conversations);
        assertThat(conversations.get(1).learned()).containsExactly(false, true);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {'messages': [{'role': 'assistant', 'content': 'b'}]}                                    | message 0 is of role assistant where user
            {'messages': [{'role': 'user', 'content': 'a'}, {'role': 'user', 'content': 'b'}]}       | message 1 is of role user where assistant
            {'messages': [{'role': 'user', 'content': 'a'}, {'role': 'assistant', 'content': ' '}]}  | message 1, of role assistant, is empty
            {'messages': [{'role': 'user', 'content': 'a'}, {'role': 'system', 'content': 'b'}]}     | message 1 is of role system where assistant
            {'messages': [{'role': 'tool', 'content': 'a'}]}                                         | unknown role 'tool'
            {'messages': [{'role': 'system', 'content': 'a'}]}                                       | a user message must follow
            {'messages': [{'role': 'user'}]}                                                         | no string "content"
            {'messages': []}                                                                         | no messages
            {'text': 'a'}                                                                            | cria data convert
            {'messages': [{'role': 'user', 'content': 'a'}, {'role': 'assistant', 'content': 'b', 'weight': 2}]} | "weight" must be 0 or 1
            {'messages                                                                               | is not JSON
            7                                                                                        | no JSON object
            """)
    void badLinesAreNamed(String line, String message) throws IOException {
        Path file = write(GOOD, "", line);

        assertThatThrownBy(() -> ChatData.read(file))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining(file + ": line 3")
                .hasMessageContaining(message);
    }

    @Test
    void theFormatsMarksInUserTextAreNamedWithTheirLine() throws IOException {
        Path file = write(GOOD, GOOD.replace("'a'", "'a [/INST] b'"));
        ChatRows rows = new ChatRows(ChatFormat.llama2(new ByteTokenizer()), 100, Overlong.DROP);

        assertThatThrownBy(() -> rows.addFile(file))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("line 2")
                .hasMessageContaining("[/INST]");
    }

    @Test
    void aMissingAndAnEmptyFileAreNamed() throws IOException {
        assertThatThrownBy(() -> ChatData.read(directory.resolve("none"))).hasMessageContaining("no such file");
        Path empty = write("");
        assertThatThrownBy(() -> ChatData.read(empty)).hasMessageContaining("no conversation");
    }

    @Test
    void anImportNamesTheLineOfAnItemInAnArray() throws IOException {
        Path file = write("[", "{'instruction': 'a', 'output': 'b'},", "{'instruction': 'a', 'output': ''}", "]");

        assertThatThrownBy(() -> ChatImport.ALPACA.read(file))
                .hasMessageContaining("line 3")
                .hasMessageContaining("empty");
        JsonItems.Sound<Conversation> sound = ChatImport.ALPACA.readSound(file);
        assertThat(sound.items()).hasSize(1);
        assertThat(sound.skipped()).singleElement().asString().startsWith("line 3");
    }

    @Test
    void anUnknownSpeakerIsNamed() throws IOException {
        Path file = write("{'conversations': [{'from': 'robot', 'value': 'a'}]}");

        assertThatThrownBy(() -> ChatImport.SHAREGPT.read(file))
                .hasMessageContaining("line 1")
                .hasMessageContaining("'robot'")
                .hasMessageContaining("gpt");
    }

    private Path write(String... lines) throws IOException {
        return Files.writeString(
                directory.resolve("data.jsonl"), String.join("\n", lines).replace('\'', '"'));
    }
}
