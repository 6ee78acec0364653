package dev.cria.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The tokenizer without training: ids 0..255 are bytes, 256 is bos, 257 is eos. Any bytes, valid UTF-8 or not, survive
 * {@code decodeBytes(encode(bytes))}.
 */
public final class ByteTokenizer implements Tokenizer {
    /** The file that marks a saved byte tokenizer. */
    static final String FILE_NAME = "byte_tokenizer.json";

    static final String FORMAT = "cria-byte-tokenizer";

    private static final int BOS_ID = 256;
    private static final int EOS_ID = 257;
    private static final int VOCAB_SIZE = 258;
    private static final byte[] SAVED_FORM = """
            {
              "format": "cria-byte-tokenizer",
              "version": 1,
              "vocab_size": 258,
              "bos_id": 256,
              "eos_id": 257
            }
            """.getBytes(StandardCharsets.UTF_8);

    /** Makes the tokenizer; all instances are alike. */
    public ByteTokenizer() {}

    /** Checks the content of a saved file, in case it was written by a later version. */
    static ByteTokenizer fromJson(JsonNode json, Path file) {
        if (json.path("version").asInt() != 1 || json.path("vocab_size").asInt() != VOCAB_SIZE) {
            throw new IllegalArgumentException(file
                    + ": not version 1 of the byte tokenizer with 258 ids; save it again with this version of Cria");
        }
        return new ByteTokenizer();
    }

    @Override
    public int vocabSize() {
        return VOCAB_SIZE;
    }

    @Override
    public int bosId() {
        return BOS_ID;
    }

    @Override
    public int eosId() {
        return EOS_ID;
    }

    @Override
    public String piece(int id) {
        TokenIds.checkInRange(id, VOCAB_SIZE);
        return switch (id) {
            case BOS_ID -> "<s>";
            case EOS_ID -> "</s>";
            default -> Piece.byteText(id);
        };
    }

    @Override
    public int[] encode(String text) {
        return encode(Utf8.encode(text));
    }

    /** {@inheritDoc} Here every byte is its own id. */
    @Override
    public int[] encode(byte[] utf8) {
        int[] ids = new int[utf8.length];
        for (int i = 0; i < utf8.length; i++) {
            ids[i] = utf8[i] & 0xFF;
        }
        return ids;
    }

    @Override
    public List<Token> encodeWithOffsets(String text) {
        byte[] utf8 = Utf8.encode(text);
        int[] chars = Utf8.charOfByte(utf8);
        List<Token> tokens = new ArrayList<>(utf8.length);
        int start = 0;
        for (int i = 0; i < utf8.length; i++) {
            boolean last = i + 1 == utf8.length || (utf8[i + 1] & 0xC0) != 0x80;
            int end = last ? i + 1 : start;
            tokens.add(new Token(utf8[i] & 0xFF, start, end, chars[start], chars[end]));
            start = end;
        }
        return tokens;
    }

    @Override
    public byte[] decodeBytes(int[] ids) {
        byte[] bytes = new byte[ids.length];
        int length = 0;
        for (int id : ids) {
            TokenIds.checkInRange(id, VOCAB_SIZE);
            if (id < BOS_ID) {
                bytes[length++] = (byte) id;
            }
        }
        return Arrays.copyOf(bytes, length);
    }

    @Override
    public StreamingDecoder streamingDecoder() {
        return new Decoder();
    }

    @Override
    public String fingerprint() {
        return TokenizerFiles.sha256(SAVED_FORM);
    }

    @Override
    public void save(Path directory) {
        TokenizerFiles.write(directory.resolve(FILE_NAME), SAVED_FORM);
    }

    private static final class Decoder implements StreamingDecoder {
        private final Utf8Assembler assembler = new Utf8Assembler();
        private final StringBuilder text = new StringBuilder();

        @Override
        public String add(int id) {
            TokenIds.checkInRange(id, VOCAB_SIZE);
            if (id < BOS_ID) {
                assembler.add((byte) id, text);
            } else {
                assembler.flush(text);
            }
            return take();
        }

        @Override
        public String finish() {
            assembler.flush(text);
            return take();
        }

        private String take() {
            String taken = text.toString();
            text.setLength(0);
            return taken;
        }
    }
}
