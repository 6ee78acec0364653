package dev.cria.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BpeTokenizerTest {
    private BpeTokenizer tokenizer;

    @BeforeEach
    void loadModel() {
        tokenizer = (BpeTokenizer) Tokenizer.load(TestData.resource("llama.model"));
    }

    @Test
    void hasLlamasSpecialIds() {
        assertThat(tokenizer.vocabSize()).isEqualTo(1000);
        assertThat(tokenizer.unkId()).isZero();
        assertThat(tokenizer.bosId()).isEqualTo(1);
        assertThat(tokenizer.eosId()).isEqualTo(2);
        assertThat(tokenizer.piece(3)).isEqualTo("<0x00>");
    }

    @Test
    void decodingGivesBackEveryTextWithoutSpaceMarks() {
        for (String text : List.of("", " ", "  two  spaces  ", "日本語 🦙\n\0\t", "a\u0301 0123", "<s>", "</s>[INST]")) {
            assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
        }
    }

    @Test
    void controlPiecesInTextAreText() {
        assertThat(tokenizer.encode("<s></s><unk>"))
                .doesNotContain(tokenizer.bosId(), tokenizer.eosId(), tokenizer.unkId());
    }

    @Test
    void anUnpairedSurrogateCountsAsTheReplacementCharacter() {
        assertThat(tokenizer.encode("a\uDC00b\uD83E")).isEqualTo(tokenizer.encode("a\uFFFDb\uFFFD"));
        assertThat(tokenizer.decode(tokenizer.encode("\uD800"))).isEqualTo("\uFFFD");
    }

    @Test
    void offsetsOfAStringCountChars() {
        String text = "🦙 é ba";
        List<Token> tokens = tokenizer.encodeWithOffsets(text);
        assertThat(tokens.stream().mapToInt(Token::id)).containsExactly(toObjects(tokenizer.encode(text)));
        Token last = tokens.get(tokens.size() - 1);
        assertThat(text.substring(last.charStart(), last.charEnd())).endsWith("ba");
        assertThat(last.byteEnd()).isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
    }

    private static Integer[] toObjects(int[] ids) {
        return Arrays.stream(ids).boxed().toArray(Integer[]::new);
    }

    @Test
    void aStreamJoinsToTheDecodedText() {
        long seed = 5;
        Random random = new Random(seed);
        for (int round = 0; round < 2000; round++) {
            int[] ids = random.ints(random.nextInt(12), 0, random.nextBoolean() ? 300 : 1000)
                    .toArray();
            StreamingDecoder decoder = tokenizer.streamingDecoder();
            StringBuilder text = new StringBuilder();
            for (int id : ids) {
                String added = decoder.add(id);
                assertThat(added)
                        .as("seed %d, round %d", seed, round)
                        .isEqualTo(new String(Utf8.encode(added), StandardCharsets.UTF_8));
                text.append(added);
            }
            assertThat(text.append(decoder.finish())).hasToString(tokenizer.decode(ids));
        }
    }

    @Test
    void decodedBytesAreTheTextWhereTheTextIsValid() {
        String text = " Pu\u0301 🦙  x";
        assertThat(tokenizer.decodeBytes(tokenizer.encode(text))).isEqualTo(text.getBytes(StandardCharsets.UTF_8));
        assertThat(tokenizer.decodeBytes(new int[] {3 + 0xFF})).containsExactly(0xFF);
    }

    @Test
    void manyTextsEncodeAsEachAlone() {
        List<String> texts = List.of("one", "two 2", "", "日本");
        int[][] ids = tokenizer.encodeAll(texts);
        for (int i = 0; i < texts.size(); i++) {
            assertThat(ids[i]).isEqualTo(tokenizer.encode(texts.get(i)));
        }
    }

    @Test
    void aLongLineWithoutSpacesMergesLikeManyShortOnes() {
        // Line ends are cut points, so the pieces between them are independent; 2,000 characters take the heap, 10 the
        // scan.
        String word = "stabakiplou";
        int[] once = tokenizer.encode(word + "\n");
        int[] many = tokenizer.encode((word + "\n").repeat(200));
        assertThat(many).hasSize(once.length + 199 * (tokenizer.encode("\n" + word + "\n").length - 2));
        String line = "ab".repeat(200_000);
        assertThat(tokenizer.decode(tokenizer.encode(line))).isEqualTo(line);
    }

    @Test
    void savedAndLoadedItIsTheSame(@TempDir Path directory) throws IOException {
        tokenizer.save(directory);
        assertThat(Files.readAllBytes(directory.resolve("tokenizer.model")))
                .isEqualTo(Files.readAllBytes(TestData.resource("llama.model")));
        assertThat(Tokenizer.load(directory).fingerprint()).isEqualTo(tokenizer.fingerprint());
    }

    @Test
    void anIdOutOfRangeIsNamed() {
        assertThatThrownBy(() -> tokenizer.decode(new int[] {1000}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("token id 1000 is outside the vocabulary, 0..999");
        assertThatThrownBy(() -> tokenizer.decodeBytes(new int[] {-1})).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> tokenizer.piece(1000)).isInstanceOf(IllegalArgumentException.class);
    }
}
