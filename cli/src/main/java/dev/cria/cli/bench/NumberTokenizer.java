package dev.cria.cli.bench;

import dev.cria.tokenizer.StreamingDecoder;
import dev.cria.tokenizer.Token;
import dev.cria.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.List;

/** As many ids as a model has, none of which ends a sequence: every answer of a measurement has the same length. */
record NumberTokenizer(int vocabSize) implements Tokenizer {
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
        return Integer.toString(id);
    }

    @Override
    public int[] encode(String text) {
        throw new UnsupportedOperationException("this tokenizer has no text");
    }

    @Override
    public int[] encode(byte[] utf8) {
        throw new UnsupportedOperationException("this tokenizer has no text");
    }

    @Override
    public List<Token> encodeWithOffsets(String text) {
        throw new UnsupportedOperationException("this tokenizer has no text");
    }

    @Override
    public byte[] decodeBytes(int[] ids) {
        return new byte[0];
    }

    @Override
    public StreamingDecoder streamingDecoder() {
        return new StreamingDecoder() {
            @Override
            public String add(int id) {
                return "";
            }

            @Override
            public String finish() {
                return "";
            }
        };
    }

    @Override
    public String fingerprint() {
        return "numbers-" + vocabSize;
    }

    @Override
    public void save(Path directory) {
        throw new UnsupportedOperationException("this tokenizer has no files");
    }
}
