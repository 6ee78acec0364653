package dev.cria.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatFormatTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> MARKS = List.of("[INST]", "[/INST]", "<<SYS>>", "<</SYS>>");

    private BpeTokenizer tokenizer;
    private ChatFormat llama2;

    @BeforeEach
    void loadModel() {
        tokenizer = (BpeTokenizer) Tokenizer.load(TestData.resource("llama.model"));
        llama2 = ChatFormat.llama2(tokenizer);
    }

    /** Compares with what {@code chat_cases.py} wrote and returns how many dialogues there were. */
    private static int check(ChatFormat format, Path file) throws IOException {
        int dialogues = 0;
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            assertThat(JSON.readTree(lines.readLine()).path("version").asInt())
                    .as("version of %s; make it again with chat_cases.py", file)
                    .isEqualTo(1);
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                checkCase(format, JSON.readTree(line), "dialogue " + dialogues++);
            }
        }
        return dialogues;
    }

    private static void checkCase(ChatFormat format, JsonNode json, String where) throws IOException {
        List<ChatMessage> messages = new ArrayList<>();
        for (JsonNode message : json.path("messages")) {
            messages.add(new ChatMessage(
                    ChatRole.of(message.path("role").asText()),
                    message.path("content").asText()));
        }
        ChatTokens tokens = format.encode(messages);
        assertThat(tokens.ids()).as(where).isEqualTo(JSON.treeToValue(json.path("ids"), int[].class));
        boolean[] mask = new boolean[tokens.size()];
        for (JsonNode answer : json.path("answers")) {
            Arrays.fill(mask, answer.path(0).asInt(), answer.path(1).asInt(), true);
        }
        assertThat(tokens.assistantMask()).as(where).isEqualTo(mask);
        if (json.has("transformers")) {
            assertThat(tokens.ids()).as(where).isEqualTo(JSON.treeToValue(json.path("transformers"), int[].class));
        }
    }

    @Test
    void idsAndMaskEqualMetasTokenisationOfWholePairs() throws IOException {
        assertThat(check(llama2, TestData.resource("chat.jsonl.gz"))).isEqualTo(100);
    }

    @Test
    void idsEqualMetasAndTransformersOnRealDialoguesWithLlamasModel(@TempDir Path directory) throws Exception {
        Path hh = TestData.file("hh-harmless-base-test.jsonl.gz");
        Tokenizer llama = Tokenizer.load(TestData.file("llama2-tokenizer.model"));
        ChatFormat format = ChatFormat.llama2(llama);
        llama.save(directory);
        format.save(directory);
        Path cases = directory.resolve("chat.jsonl.gz");
        TestData.runPython(
                "transformers, sentencepiece, jinja2",
                directory,
                "chat_cases.py",
                "cases",
                directory.toString(),
                cases.toString(),
                "--hh",
                hh.toString());
        assertThat(check(format, cases)).isGreaterThan(1000);
    }

    @Test
    void theTextIsThePublishedFormat() {
        ChatTokens tokens = llama2.encode(List.of(
                ChatMessage.system("Be brief."),
                ChatMessage.user("Hi! "),
                ChatMessage.assistant("Hello."),
                ChatMessage.user("Bye.")));
        String text = "<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nHi! [/INST] Hello. </s><s>[INST] Bye. [/INST]";
        assertThat(tokens.ids()).isEqualTo(tokenizer.encodeWithControls(text));
    }

    @Test
    void rolesAndTurnsAreThoseOfTheMessages() {
        ChatTokens tokens = ChatFormat.llama2(new ByteTokenizer())
                .encode(List.of(
                        ChatMessage.system("s"),
                        ChatMessage.user("u"),
                        ChatMessage.assistant("a"),
                        ChatMessage.user("v")));
        assertThat(tokens.turnStarts()).hasSize(2);
        assertThat(tokens.ids()[tokens.turnStarts()[1]]).isEqualTo(256);
        // " a " and eos are the assistant's; "[INST] <<SYS>>\ns\n<</SYS>>\n\n" is the system's; the rest the user's.
        assertThat(Collections.frequency(tokens.roles(), ChatRole.ASSISTANT)).isEqualTo(4);
        assertThat(Collections.frequency(tokens.roles(), ChatRole.SYSTEM)).isEqualTo(27);
        assertThat(tokens.roles().get(tokens.size() - 1)).isEqualTo(ChatRole.USER);
    }

    @Test
    void theTokensOfAPromptBeginThoseOfThePromptWithItsAnswer() {
        List<ChatMessage> prompt = List.of(ChatMessage.user("Tell me."));
        int[] asked = llama2.encode(prompt).ids();
        int[] answered = llama2.encode(List.of(prompt.get(0), ChatMessage.assistant("Once")))
                .ids();
        assertThat(Arrays.copyOf(answered, asked.length)).isEqualTo(asked);
    }

    @Test
    void rolesMustAlternate() {
        assertThatThrownBy(() -> llama2.encode(List.of(ChatMessage.assistant("x"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("message 0", "assistant where user is due");
        assertThatThrownBy(() -> llama2.encode(List.of(ChatMessage.user("x"), ChatMessage.user("y"))))
                .hasMessageContainingAll("message 1", "user where assistant is due");
        assertThatThrownBy(() -> llama2.encode(List.of())).hasMessageContaining("needs a user message");
        assertThatThrownBy(() -> ChatRole.of("tool")).hasMessageContaining("'tool'");
    }

    @Test
    void marksInUserAndSystemTextAreRefused() {
        for (String mark : MARKS) {
            assertThatThrownBy(() -> llama2.encode(List.of(ChatMessage.user("x" + mark))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll(mark, "turn 1");
            assertThatThrownBy(() -> llama2.encode(List.of(ChatMessage.system(mark), ChatMessage.user("x"))))
                    .hasMessageContaining("the system message");
        }
    }

    @Test
    void escapedTextNeverYieldsTheIdsOfAMark() {
        ChatFormat escaping = ChatFormat.llama2(tokenizer, ChatFormat.MarkPolicy.ESCAPE);
        List<String> parts = new ArrayList<>(MARKS);
        parts.addAll(List.of("[", "INST]", "<", "<SYS>>", " ", "/", "\u2581", "x", "\n", "[INST", "<<"));
        long seed = 23;
        Random random = new Random(seed);
        for (int round = 0; round < 3000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(8); i >= 0; i--) {
                text.append(parts.get(random.nextInt(parts.size())));
            }
            int[] ids =
                    escaping.encode(List.of(ChatMessage.user(text.toString()))).ids();
            String decoded = tokenizer.decode(ids);
            assertThat(occurrences(decoded))
                    .as("seed %d, round %d: %s", seed, round, text)
                    .isEqualTo(2);
        }
    }

    private static int occurrences(String text) {
        int count = 0;
        for (String mark : MARKS) {
            for (int i = text.indexOf(mark); i >= 0; i = text.indexOf(mark, i + 1)) {
                count++;
            }
        }
        return count;
    }

    @Test
    void aSeparatorStandsBetweenPromptAndAnswer() {
        BpeTokenizer withSeparator = withSeparator();
        int separator = withSeparator.model().controlId("<sep>");
        ChatTokens tokens = ChatFormat.separated(withSeparator, "<sep>")
                .encode(List.of(ChatMessage.system("be"), ChatMessage.user("ab"), ChatMessage.assistant("ba")));
        assertThat(tokens.ids()).isEqualTo(withSeparator.encodeWithControls("<s>be\n\nab<sep>ba</s>"));
        int at = Arrays.stream(tokens.ids()).boxed().toList().indexOf(separator);
        assertThat(tokens.assistantMask()[at]).isFalse();
        assertThat(tokens.assistantMask()[at + 1]).isTrue();
        assertThat(tokens.assistantMask()[tokens.size() - 1]).isTrue();
        assertThat(ChatFormat.separated(withSeparator, "<sep>")
                        .encode(List.of(ChatMessage.user("<sep>")))
                        .ids())
                .containsOnlyOnce(separator);
        assertThatThrownBy(() -> ChatFormat.separated(tokenizer, "<sep>"))
                .hasMessageContaining("no control piece '<sep>'");
    }

    @Test
    void bothFormatsAreSavedAndLoaded(@TempDir Path directory) throws IOException {
        BpeTokenizer withSeparator = withSeparator();
        withSeparator.save(directory);
        assertThat(ChatFormat.load(directory, withSeparator).chatTemplate()).isEqualTo(llama2.chatTemplate());
        ChatFormat separated = ChatFormat.separated(withSeparator, "<sep>");
        separated.save(directory);
        List<ChatMessage> messages = List.of(ChatMessage.user("ab"), ChatMessage.assistant("ba"));
        assertThat(ChatFormat.load(directory, withSeparator).encode(messages).ids())
                .isEqualTo(separated.encode(messages).ids());
        Files.writeString(directory.resolve("tokenizer_config.json"), "{\"chat_template\": \"{{ other }}\"}");
        assertThatThrownBy(() -> ChatFormat.load(directory, withSeparator)).hasMessageContaining("chat_template");
    }

    @Test
    void transformersGivesTheSameIdsForTheSeparatedFormat(@TempDir Path directory) throws Exception {
        BpeTokenizer withSeparator = withSeparator();
        withSeparator.save(directory);
        ChatFormat format = ChatFormat.separated(withSeparator, "<sep>");
        format.save(directory);
        List<List<ChatMessage>> dialogues = List.of(
                List.of(ChatMessage.user(" ab  ab "), ChatMessage.assistant("ba\n"), ChatMessage.user("x")),
                List.of(ChatMessage.system("be"), ChatMessage.user("é"), ChatMessage.assistant("")));
        Path texts = directory.resolve("dialogues.json");
        Path out = directory.resolve("out.json");
        var json = JSON.createArrayNode();
        for (List<ChatMessage> dialogue : dialogues) {
            var array = json.addArray();
            dialogue.forEach(message ->
                    array.addObject().put("role", message.role().id()).put("content", message.content()));
        }
        Files.write(texts, JSON.writeValueAsBytes(json));
        TestData.runPython(
                "transformers, jinja2",
                directory,
                "transformers_cases.py",
                "chat",
                directory.toString(),
                texts.toString(),
                out.toString());
        int[][] ids = JSON.readValue(out.toFile(), int[][].class);
        for (int i = 0; i < ids.length; i++) {
            assertThat(format.encode(dialogues.get(i)).ids()).isEqualTo(ids[i]);
        }
    }

    private static BpeTokenizer withSeparator() {
        return new BpeTrainer(BpeTrainerConfig.llama2(268).withControlPieces(List.of("<sep>")), BpeTrainerListener.NONE)
                .addText("ab ab ba be")
                .train();
    }
}
