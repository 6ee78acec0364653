package dev.cria.model.generation;

import dev.cria.tokenizer.StreamingDecoder;
import dev.cria.tokenizer.Token;
import dev.cria.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Writes ids as numbers; for models whose ids mean nothing. */
record IdTokenizer(int vocabSize) implements Tokenizer {
    @Override
    public int bosId() {
        return -1;
    }

    @Override
    public int eosId() {
        return -1;
    }

    @Override
    public String piece(int id) {
        return id + " ";
    }

    @Override
    public int[] encode(String text) {
        return text.isBlank()
                ? new int[0]
                : Arrays.stream(text.strip().split(" "))
                        .mapToInt(Integer::parseInt)
                        .toArray();
    }

    @Override
    public int[] encode(byte[] utf8) {
        return encode(new String(utf8, StandardCharsets.UTF_8));
    }

    @Override
    public List<Token> encodeWithOffsets(String text) {
        throw new UnsupportedOperationException("ids have no offsets");
    }

    @Override
    public byte[] decodeBytes(int[] ids) {
        return Arrays.stream(ids)
                .mapToObj(this::piece)
                .collect(Collectors.joining())
                .getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public StreamingDecoder streamingDecoder() {
        return new StreamingDecoder() {
            @Override
            public String add(int id) {
                return piece(id);
            }

            @Override
            public String finish() {
                return "";
            }
        };
    }

    @Override
    public String fingerprint() {
        return "ids " + vocabSize;
    }

    @Override
    public void save(Path directory) {
        throw new UnsupportedOperationException("this tokenizer has no file");
    }
}
