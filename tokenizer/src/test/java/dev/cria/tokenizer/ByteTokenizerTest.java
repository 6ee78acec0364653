package dev.cria.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ByteTokenizerTest {
    private final ByteTokenizer tokenizer = new ByteTokenizer();

    @Test
    void idsAreTheUtf8Bytes() {
        assertThat(tokenizer.encode("aé")).containsExactly('a', 0xC3, 0xA9);
        assertThat(tokenizer.vocabSize()).isEqualTo(258);
        assertThat(tokenizer.bosId()).isEqualTo(256);
        assertThat(tokenizer.eosId()).isEqualTo(257);
    }

    @Test
    void everyByteSurvivesARoundTrip() {
        byte[] bytes = new byte[256];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        assertThat(tokenizer.decodeBytes(tokenizer.encode(bytes))).isEqualTo(bytes);
    }

    @Test
    void textSurvivesARoundTripAndControlIdsVanish() {
        String text = "naïve \0 日本 🦙";
        int[] ids = tokenizer.encode(text);
        assertThat(tokenizer.decode(ids)).isEqualTo(text);
        assertThat(tokenizer.decode(new int[] {256, 'h', 'i', 257})).isEqualTo("hi");
    }

    @Test
    void anUnpairedSurrogateBecomesTheReplacementCharacter() {
        assertThat(tokenizer.decode(tokenizer.encode("a\uD800b\uDC00🦙"))).isEqualTo("a\uFFFDb\uFFFD🦙");
    }

    @Test
    void aStreamNeverEmitsHalfACharacter() {
        StreamingDecoder decoder = tokenizer.streamingDecoder();
        byte[] llama = "🦙".getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 3; i++) {
            assertThat(decoder.add(llama[i] & 0xFF)).isEmpty();
        }
        assertThat(decoder.add(llama[3] & 0xFF)).isEqualTo("🦙");
        assertThat(decoder.add(0xE2)).isEmpty();
        assertThat(decoder.add('x')).isEqualTo("\uFFFDx");
        assertThat(decoder.add(0xE2)).isEmpty();
        assertThat(decoder.add(0x96)).isEmpty();
        assertThat(decoder.finish()).isEqualTo("\uFFFD\uFFFD");
    }

    @Test
    void anIdOutOfRangeIsNamed() {
        assertThatThrownBy(() -> tokenizer.decode(new int[] {258}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("token id 258 is outside the vocabulary, 0..257");
        assertThatThrownBy(() -> tokenizer.decodeBytes(new int[] {-1})).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void savedAndLoadedItIsTheSame(@TempDir Path directory) {
        tokenizer.save(directory);
        Tokenizer loaded = Tokenizer.load(directory);
        assertThat(loaded).isInstanceOf(ByteTokenizer.class);
        assertThat(loaded.fingerprint()).isEqualTo(tokenizer.fingerprint()).hasSize(64);
        assertThat(Tokenizer.load(directory.resolve("byte_tokenizer.json"))).isInstanceOf(ByteTokenizer.class);
    }

    @Test
    void loadingSaysWhatIsWrong(@TempDir Path directory) throws IOException {
        assertThatThrownBy(() -> Tokenizer.load(directory))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no tokenizer here");
        Path file = directory.resolve("byte_tokenizer.json");
        Files.writeString(file, "{\"format\": \"cria-byte-tokenizer\", \"version\": 2}");
        assertThatThrownBy(() -> Tokenizer.load(directory))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("byte_tokenizer.json");
    }
}
