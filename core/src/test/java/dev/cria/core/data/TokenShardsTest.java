package dev.cria.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cria.core.io.InvalidFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenShardsTest {
    private static final int[] TOKENS = IntStream.range(0, 100).toArray();

    @TempDir
    Path parent;

    private Path directory;

    @BeforeEach
    void name() {
        directory = parent.resolve("shards");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 7, 99, 100, 1000})
    void tokensAreOneSequenceHoweverTheyAreCut(long shardTokens) {
        write(100, shardTokens);
        TokenShards shards = TokenShards.open(directory, "fingerprint");
        assertThat(shards.tokens()).isEqualTo(100);
        for (int from = 0; from <= 100; from++) {
            for (int length = 0; length <= 100 - from; length += 9) {
                int[] copied = new int[length + 2];
                shards.copy(from, length, copied, 1);
                assertThat(Arrays.copyOfRange(copied, 1, length + 1))
                        .isEqualTo(Arrays.copyOfRange(TOKENS, from, from + length));
            }
        }
    }

    @Test
    void documentsKeepTheirBounds() {
        write(100, 1000);
        TokenShards shards = TokenShards.open(directory);
        assertThat(shards.documents()).isEqualTo(3);
        assertThat(IntStream.rangeClosed(0, 3).mapToLong(shards::documentStart)).containsExactly(0L, 30L, 30L, 100L);
        assertThat(shards.vocabSize()).isEqualTo(100);
        assertThat(shards.tokenizer()).isEqualTo("fingerprint");
    }

    @Test
    void largeVocabulariesTake32Bits() {
        try (TokenShardWriter writer = TokenShardWriter.create(directory, "f", 65_537)) {
            writer.append(new int[] {65_536, 3}, 0, 2);
            writer.publish();
        }
        int[] copied = new int[2];
        TokenShards.open(directory).copy(0, 2, copied, 0);
        assertThat(copied).containsExactly(65_536, 3);
        assertThat(NpyType.ofVocabulary(65_536)).isEqualTo(NpyType.UINT16);
    }

    @Test
    void anEmptyCorpusHasNoTokens() {
        try (TokenShardWriter writer = TokenShardWriter.create(directory, "f", 10)) {
            writer.publish();
        }
        assertThat(TokenShards.open(directory).tokens()).isZero();
        assertThat(TokenShards.open(directory).documents()).isZero();
    }

    @Test
    void nothingAppearsUnlessPublished() {
        try (TokenShardWriter writer = TokenShardWriter.create(directory, "f", 100)) {
            writer.append(TOKENS, 0, 10);
        }
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void refusesTokensBeyondTheVocabulary() {
        try (TokenShardWriter writer = TokenShardWriter.create(directory, "f", 10)) {
            assertThatThrownBy(() -> writer.append(TOKENS, 5, 6))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("token 10 is not of the vocabulary of 10");
        }
    }

    @Test
    void refusesAnotherTokenizer() {
        write(100, 1000);
        assertThatThrownBy(() -> TokenShards.open(directory, "other"))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("made by another tokenizer (fingerprint fingerprint, not other)");
    }

    @Test
    void refusesADirectoryWithoutShards() {
        assertThatThrownBy(() -> TokenShards.open(parent))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("cria data prepare");
    }

    @Test
    void refusesATokenBeyondTheVocabularyWhenItIsRead() throws IOException {
        write(100, 1000);
        edit("\"vocabSize\" : 100", "\"vocabSize\" : 99");
        TokenShards shards = TokenShards.open(directory);
        shards.copy(0, 99, new int[99], 0);
        assertThatThrownBy(() -> shards.copy(90, 10, new int[10], 0))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("token 99 has the id 99, beyond the vocabulary of 99");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "\"version\" : 1|\"version\" : 2|its version is 2",
                "\"vocabSize\" : 100|\"vocabSize\" : null|malformed",
                "\"vocabSize\"|\"vocab\"|malformed",
                "\"documents\" : 3|\"documents\" : 4|rising offsets of 4 documents",
                "[ 100 ]|[ 99 ]|it holds 100 elements of type <u2, shards.json says 99",
                "[ 100 ]|[ -1 ]|shards.json says -1",
                "[ 100 ]|[ null ]|malformed",
                "[ 100 ]|null|malformed",
                "}|} x|malformed",
            })
    void refusesAnIndexThatIsNotTrue(String was, String is, String problem) throws IOException {
        write(100, 1000);
        edit(was, is);
        assertThatThrownBy(() -> TokenShards.open(directory))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining(problem)
                .hasMessageNotContaining("\n");
    }

    @Test
    void refusesDocumentsOutOfOrder() {
        write(100, 1000);
        try (NpyWriter documents = new NpyWriter(directory.resolve("documents.npy"), NpyType.INT64)) {
            for (long start : new long[] {0, 50, 30, 100}) {
                documents.append(start);
            }
        }
        assertThatThrownBy(() -> TokenShards.open(directory)).hasMessageContaining("documents.npy: it does not hold");
    }

    @Test
    void refusesLessThanNoDocuments() throws IOException {
        write(100, 1000);
        edit("\"documents\" : 3", "\"documents\" : -1");
        new NpyWriter(directory.resolve("documents.npy"), NpyType.INT64).close();
        assertThatThrownBy(() -> TokenShards.open(directory))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("rising offsets of -1 documents");
    }

    @Test
    void saysWhichShardIsMissing() throws IOException {
        write(100, 40);
        Files.delete(directory.resolve("tokens-00001.npy"));
        assertThatThrownBy(() -> TokenShards.open(directory)).hasMessageContaining("tokens-00001.npy");
    }

    private void write(int vocabSize, long shardTokens) {
        try (TokenShardWriter writer = TokenShardWriter.create(directory, "fingerprint", vocabSize, shardTokens)) {
            writer.append(TOKENS, 0, 30);
            writer.endDocument();
            writer.endDocument();
            writer.append(TOKENS, 30, 70);
            writer.publish();
        }
    }

    private void edit(String was, String is) throws IOException {
        Path file = directory.resolve("shards.json");
        String text = Files.readString(file);
        assertThat(text).contains(was);
        Files.writeString(file, text.replace(was, is));
    }
}
