package dev.cria.rlhf.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cria.core.io.InvalidFileException;
import dev.cria.rlhf.preference.Preference.Safety;
import dev.cria.tokenizer.ChatMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreferenceDataTest {
    private static final String PROMPT = "\"prompt\": [{\"role\": \"user\", \"content\": \"Hi\"}]";

    @TempDir
    private Path directory;

    private Path file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    @Test
    void whatIsWrittenIsReadAgain() {
        List<Preference> preferences = List.of(
                new Preference(
                        List.of(ChatMessage.system("Be brief."), ChatMessage.user("Hi")),
                        "Hello.",
                        "What?",
                        Rating.SLIGHTLY_BETTER,
                        Safety.CHOSEN_SAFE,
                        "batch 1"),
                new Preference(
                        List.of(ChatMessage.user("Hi"), ChatMessage.assistant("Yes?"), ChatMessage.user("Ho")),
                        "a",
                        "b",
                        null,
                        null,
                        "other"));
        Path file = directory.resolve("preferences.jsonl");
        PreferenceData.write(file, preferences);
        assertThat(PreferenceData.read(file)).isEqualTo(preferences);
    }

    @Test
    void ratingSafetyAndSourceMayBeLeftOut() throws IOException {
        Path file = file("plain.jsonl", "{" + PROMPT + ", \"chosen\": \"a\", \"rejected\": \"b\"}\n");
        Preference preference = PreferenceData.read(file).get(0);
        assertThat(preference.rating()).isNull();
        assertThat(preference.safety()).isNull();
        assertThat(preference.source()).isEqualTo(PreferenceData.NO_SOURCE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'chosen': 'a', 'rejected': 'a '                  | are equal",
                "'chosen': ' ', 'rejected': 'a'                   | chosen answer is empty",
                "'chosen': 'a', 'rejected': ''                    | rejected answer is empty",
                "'chosen': 'a'                                    | no string \"rejected\"",
                "'chosen': 'a', 'rejected': 'b', 'rating': 'good' | unknown rating 'good'; ratings are significantly_better",
                "'chosen': 'a', 'rejected': 'b', 'chosen_safe': true | both be left out",
            },
            quoteCharacter = '`')
    void whatIsWrongIsNamedWithItsLine(String answers, String problem) throws IOException {
        Path file = file(
                "bad.jsonl",
                "\n{" + PROMPT + ", \"chosen\": \"a\", \"rejected\": \"b\"}\n{" + PROMPT + ", "
                        + answers.replace('\'', '"') + "}\n");
        // the ratings in messages are quoted with ', which stays
        assertThatThrownBy(() -> PreferenceData.read(file))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("bad.jsonl")
                .hasMessageContaining("line 3")
                .hasMessageContaining(problem);
    }

    @Test
    void aPromptMustEndWithAUserMessage() throws IOException {
        Path file = file(
                "prompt.jsonl",
                "{\"prompt\": [{\"role\": \"user\", \"content\": \"Hi\"}, {\"role\": \"assistant\", \"content\": \"x\"}], "
                        + "\"chosen\": \"a\", \"rejected\": \"b\"}\n");
        assertThatThrownBy(() -> PreferenceData.read(file)).hasMessageContaining("must end with a user message");
        Path empty = file("empty.jsonl", "\n");
        assertThatThrownBy(() -> PreferenceData.read(empty)).hasMessageContaining("it has no comparison");
    }

    @Test
    void transcriptsOfHhAreReadEvenCompressed() throws IOException {
        String line =
                "{\"chosen\": \"\\n\\nHuman: Hi\\n\\nAssistant: Hello\\n\\nHuman: How?\\n\\nAssistant: So.\\n\\nAnd so.\", "
                        + "\"rejected\": \"\\n\\nHuman: Hi\\n\\nAssistant: Hello\\n\\nHuman: How?\\n\\nAssistant: No.\"}\n";
        Path file = directory.resolve("hh.jsonl.gz");
        try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(line.getBytes(StandardCharsets.UTF_8));
        }
        assertThat(PreferenceImport.HH.read(file, "harmless"))
                .containsExactly(new Preference(
                        List.of(ChatMessage.user("Hi"), ChatMessage.assistant("Hello"), ChatMessage.user("How?")),
                        "So.\n\nAnd so.",
                        "No.",
                        null,
                        null,
                        "harmless"));
    }

    @Test
    void transcriptsThatDifferBeforeTheirAnswersAreSkippedAndNamed() throws IOException {
        Path file = file("hh.jsonl", """
                {"chosen": "\\n\\nHuman: Hi\\n\\nAssistant: a", "rejected": "\\n\\nHuman: Ho\\n\\nAssistant: b"}
                {"chosen": "\\n\\nHuman: Hi\\n\\nAssistant: a", "rejected": "\\n\\nHuman: Hi"}
                {"chosen": "\\n\\nHuman: Hi\\n\\nAssistant: a", "rejected": "\\n\\nHuman: Hi\\n\\nAssistant: b"}
                """);
        var sound = PreferenceImport.HH.readSound(file, "hh");
        assertThat(sound.items()).hasSize(1);
        assertThat(sound.skipped())
                .hasSize(2)
                .first()
                .asString()
                .startsWith("line 1")
                .contains("differ before");
    }

    @Test
    void pairsInShareGptsFormAreRead() throws IOException {
        Path file = file(
                "pairs.json",
                "[{\"conversations\": [{\"from\": \"system\", \"value\": \"S\"}, {\"from\": \"human\", \"value\": \"Q\"}], "
                        + "\"chosen\": {\"from\": \"gpt\", \"value\": \"a\"}, \"rejected\": {\"from\": \"gpt\", \"value\": \"b\"}}]");
        assertThat(PreferenceImport.SHAREGPT_PAIRS.read(file, "dpo"))
                .containsExactly(new Preference(
                        List.of(ChatMessage.system("S"), ChatMessage.user("Q")), "a", "b", null, null, "dpo"));
    }
}
