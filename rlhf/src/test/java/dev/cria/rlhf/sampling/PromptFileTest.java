package dev.cria.rlhf.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cria.core.io.InvalidFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromptFileTest {
    @TempDir
    private Path directory;

    @Test
    void readsPromptsWithAndWithoutATag() throws IOException {
        Path file = directory.resolve("prompts.jsonl");
        Files.writeString(file, """
                {"prompt": [{"role": "user", "content": "Who?"}], "is_safety": true}

                {"prompt": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}], "source": "x"}
                """);
        assertThat(PromptFile.read(List.of(file)))
                .extracting(RlPrompt::isSafety)
                .containsExactly(true, false);
    }

    @Test
    void saysWhichLineIsWrong() throws IOException {
        check("", "it has no prompt");
        check("{\"prompt\": []}", "line 1: it has no \"prompt\"");
        check("{\"prompt\": [{\"role\": \"assistant\", \"content\": \"a\"}]}", "line 1: a prompt must end with a user");
        check("{\"prompt\": [{\"role\": \"user\", \"content\": \"a\"}], \"is_safety\": 1}", "must be true or false");
    }

    private void check(String text, String message) throws IOException {
        Path file = directory.resolve("wrong.jsonl");
        Files.writeString(file, text);
        assertThatThrownBy(() -> PromptFile.read(List.of(file)))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining(message);
    }
}
