package dev.cria.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class SentencePieceModelTest {
    private static final ProtoWriter BPE = new ProtoWriter().integer(3, 2);

    private static ProtoWriter piece(String text, PieceType type) {
        return new ProtoWriter().string(1, text).float32(2, 0).integer(3, type.number());
    }

    private static ProtoWriter model(ProtoWriter trainerSpec) {
        return new ProtoWriter()
                .message(1, piece("<unk>", PieceType.UNKNOWN))
                .message(2, trainerSpec)
                .message(3, new ProtoWriter().string(1, "identity"));
    }

    private static void assertRefused(ProtoWriter model, String... words) {
        assertThatThrownBy(() -> SentencePieceModel.parse(model.toByteArray()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(words);
    }

    @Test
    void theSmallestModelIsRead() {
        SentencePieceModel model = SentencePieceModel.parse(
                model(BPE).message(1, piece("a", PieceType.NORMAL)).toByteArray());
        assertThat(model.pieces()).hasSize(2);
        assertThat(model.addDummyPrefix()).isTrue();
        assertThat(model.byteFallback()).isFalse();
    }

    @Test
    void whatIsNotSupportedIsRefusedByName() {
        assertRefused(model(new ProtoWriter().integer(3, 1)), "unigram");
        assertRefused(model(new ProtoWriter()), "unigram");
        assertRefused(model(new ProtoWriter().integer(3, 2).bool(24, true)), "treat_whitespace_as_suffix");
        assertRefused(
                model(BPE).message(3, new ProtoWriter().string(1, "nmt_nfkc").string(2, "map")),
                "nmt_nfkc",
                "identity");
        assertRefused(model(BPE).message(3, new ProtoWriter().bool(5, false)), "escape_whitespaces");
        assertRefused(model(BPE).message(5, new ProtoWriter().string(2, "map")), "denormaliser");
        assertRefused(model(BPE).message(1, piece("x", PieceType.UNUSED)), "x", "UNUSED");
    }

    @Test
    void aBrokenVocabularyIsRefused() {
        assertRefused(model(BPE).message(1, piece("<unk>", PieceType.NORMAL)), "<unk>", "two ids, 0 and 1");
        assertRefused(model(BPE).message(1, piece("<u>", PieceType.UNKNOWN)), "UNKNOWN", "<u>");
        assertRefused(new ProtoWriter().message(2, BPE), "UNKNOWN");
        assertRefused(model(BPE).message(1, piece("", PieceType.NORMAL)), "empty");
        assertRefused(model(BPE).message(1, new ProtoWriter().string(1, "a").integer(3, 9)), "piece type 9");
        assertRefused(model(new ProtoWriter().integer(3, 2).bool(35, true)), "<0x00>", "missing");
        assertRefused(model(BPE).message(1, piece("<0x00>", PieceType.BYTE)), "byte fallback is off");
        assertRefused(model(BPE).message(1, new ProtoWriter().string(1, "a").float32(2, Float.NaN)), "score");
    }

    @Test
    void loadingNamesTheFile(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("tokenizer.model");
        Files.write(file, new byte[] {0x0A, 0x7F, 1});
        assertThatThrownBy(() -> Tokenizer.load(directory))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(file.toString(), "truncated");
    }

    @Test
    void aFileLargerThanAnyTokenizerIsRefusedUnread(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("tokenizer.model");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(5L << 30);
        }
        assertThatThrownBy(() -> Tokenizer.load(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(file.toString(), "limit");
    }

    @Test
    @Timeout(120)
    void aDamagedFileIsRefusedOrReadButNeverCrashes() throws IOException {
        byte[] good = Files.readAllBytes(TestData.resource("unknowns.model"));
        for (int length = 0; length < good.length; length += 1 + length / 50) {
            readOrRefuse(Arrays.copyOf(good, length), "cut to " + length);
        }
        long seed = 11;
        Random random = new Random(seed);
        for (int round = 0; round < 1500; round++) {
            byte[] damaged = good.clone();
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                // Half of the damage goes to the settings at the end, which pieces outnumber.
                int place = random.nextBoolean() ? random.nextInt(good.length) : good.length - 1 - random.nextInt(200);
                damaged[place] = (byte) random.nextInt(256);
            }
            readOrRefuse(damaged, "seed " + seed + ", round " + round);
        }
    }

    private static void readOrRefuse(byte[] content, String what) {
        try {
            BpeTokenizer tokenizer = BpeTokenizer.fromSentencePiece(content);
            tokenizer.decode(tokenizer.encode("ba 日本 \u2581 été"));
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).as(what).isNotBlank();
        }
    }
}
