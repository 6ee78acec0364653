package dev.cria.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class HuggingFaceTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String[] ALPHABETS = {
        "ab", "aA ", "01 ", "aeiou ", "\u2581 a", "baselouimu ", "日本のa ", "èé🦙\n\t x"
    };

    @TempDir
    Path directory;

    private BpeTokenizer tokenizer;
    private Path json;

    @BeforeEach
    void save() {
        tokenizer = (BpeTokenizer) Tokenizer.load(TestData.resource("llama.model"));
        tokenizer.save(directory);
        json = directory.resolve("tokenizer.json");
    }

    private static List<String> randomTexts(long seed, int count) {
        Random random = new Random(seed);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int[] alphabet =
                    ALPHABETS[random.nextInt(ALPHABETS.length)].codePoints().toArray();
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(40); n > 0; n--) {
                text.appendCodePoint(alphabet[random.nextInt(alphabet.length)]);
            }
            texts.add(text.toString());
        }
        return texts;
    }

    @Test
    void theSavedFileGivesTheSameIdsAsTheModel() {
        Tokenizer loaded = Tokenizer.load(json);
        assertThat(loaded.bosId()).isEqualTo(1);
        assertThat(loaded.eosId()).isEqualTo(2);
        long seed = 31;
        for (String text : randomTexts(seed, 2000)) {
            assertThat(loaded.encode(text)).as("seed %d: '%s'", seed, text).isEqualTo(tokenizer.encode(text));
            assertThat(loaded.decode(loaded.encode(text))).isEqualTo(tokenizer.decode(tokenizer.encode(text)));
        }
    }

    @Test
    void aFileReadIsSavedUnchanged(@TempDir Path copy) throws IOException {
        Tokenizer loaded = Tokenizer.load(json);
        loaded.save(copy);
        assertThat(Files.readAllBytes(copy.resolve("tokenizer.json"))).isEqualTo(Files.readAllBytes(json));
        assertThat(Tokenizer.load(copy).fingerprint()).isEqualTo(loaded.fingerprint());
    }

    @Test
    void transformersReadsWhatIsSaved() throws Exception {
        compareWithTransformers(tokenizer, directory);
    }

    @Test
    void whatTransformersSavesIsReadWithTheSameIds(@TempDir Path saved) throws Exception {
        TestData.runPython(
                "transformers, sentencepiece",
                directory,
                "transformers_cases.py",
                "save",
                TestData.resource("llama.model").toString(),
                saved.toString());
        compareWithTransformers(Tokenizer.load(saved.resolve("tokenizer.json")), saved);
    }

    private void compareWithTransformers(Tokenizer ours, Path theirs) throws Exception {
        long seed = 37;
        List<String> texts = randomTexts(seed, 2000);
        Path in = directory.resolve("texts.json");
        Path out = directory.resolve("out.json");
        Files.write(in, JSON.writeValueAsBytes(texts));
        TestData.runPython(
                "transformers",
                directory,
                "transformers_cases.py",
                "ids",
                theirs.toString(),
                in.toString(),
                out.toString());
        JsonNode cases = JSON.readTree(out.toFile());
        for (int i = 0; i < texts.size(); i++) {
            int[] ids = JSON.treeToValue(cases.path(i).path("ids"), int[].class);
            assertThat(ours.encode(texts.get(i)))
                    .as("seed %d: '%s'", seed, texts.get(i))
                    .isEqualTo(ids);
            assertThat(ours.decode(ids)).isEqualTo(cases.path(i).path("text").asText());
        }
    }

    @Test
    void partsThatLlamaHasNotAreRefusedByName() throws IOException {
        assertRefused(root -> root.putObject("normalizer").put("type", "NFKC"), "NFKC");
        assertRefused(root -> root.putObject("pre_tokenizer").put("type", "ByteLevel"), "pre-tokenizer");
        assertRefused(root -> bpe(root).put("type", "Unigram"), "Unigram");
        assertRefused(root -> bpe(root).put("dropout", 0.1), "dropout");
        assertRefused(root -> bpe(root).put("ignore_merges", true), "ignore_merges");
        assertRefused(root -> bpe(root).put("end_of_word_suffix", "</w>"), "end_of_word_suffix");
        assertRefused(root -> root.putObject("decoder").put("type", "WordPiece"), "WordPiece");
        assertRefused(root -> root.putObject("decoder").put("type", "Fuse"), "undo the prefix");
        assertRefused(
                root -> ((ArrayNode) root.path("added_tokens"))
                        .addObject()
                        .put("id", 5)
                        .put("content", "x"),
                "'x'",
                "not special");
    }

    @Test
    void brokenVocabulariesAndMergesAreRefused() throws IOException {
        assertRefused(root -> vocab(root).put("new", 5), "id 5", "another token");
        assertRefused(root -> vocab(root).put("new", 5000), "'new'", "gaps");
        assertRefused(root -> vocab(root).put("new", -1), "'new'", "-1");
        assertRefused(root -> vocab(root).put("new", "7"), "'new'");
        assertRefused(root -> vocab(root).remove("<0x41>"), "gaps");
        assertRefused(root -> merges(root).addArray().add("qq").add("q"), "'qq'", "not in the vocabulary");
        assertRefused(root -> merges(root).add("alone"), "not a pair");
        assertRefused(root -> merges(root).add(merges(root).path(0).deepCopy()), "twice");
        assertRefused(root -> merges(root).addArray().add("").add("a"), "not a pair");
    }

    @Test
    void aTokenListedTwiceIsRefused() throws IOException {
        String content = Files.readString(json).replace("\"<0x42>\" :", "\"<0x41>\" :");
        Path damaged = Files.writeString(directory.resolve("damaged.json"), content);
        assertThatThrownBy(() -> Tokenizer.load(damaged))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("damaged.json", "<0x41>");
    }

    private static ObjectNode bpe(ObjectNode root) {
        return (ObjectNode) root.path("model");
    }

    private static ObjectNode vocab(ObjectNode root) {
        return (ObjectNode) bpe(root).path("vocab");
    }

    private static ArrayNode merges(ObjectNode root) {
        return (ArrayNode) bpe(root).path("merges");
    }

    private void assertRefused(Consumer<ObjectNode> damage, String... words) throws IOException {
        ObjectNode root = (ObjectNode) JSON.readTree(json.toFile());
        damage.accept(root);
        Path damaged = directory.resolve("damaged.json");
        Files.write(damaged, JSON.writeValueAsBytes(root));
        assertThatThrownBy(() -> Tokenizer.load(damaged))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("damaged.json")
                .hasMessageContainingAll(words);
    }

    @Test
    @Timeout(180)
    void aDamagedFileIsRefusedOrReadButNeverCrashes() throws IOException {
        byte[] good = Files.readAllBytes(json);
        long seed = 41;
        Random random = new Random(seed);
        Path damaged = directory.resolve("damaged.json");
        for (int round = 0; round < 150; round++) {
            byte[] content = good.clone();
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                int place = random.nextBoolean() ? random.nextInt(good.length) : random.nextInt(2000);
                content[place] = (byte) random.nextInt(256);
            }
            Files.write(damaged, content);
            try {
                Tokenizer loaded = Tokenizer.load(damaged);
                loaded.decode(loaded.encode("ba 日本 \u2581 été"));
            } catch (IllegalArgumentException e) {
                assertThat(e.getMessage()).as("seed %d, round %d", seed, round).isNotBlank();
            }
        }
    }
}
